import { z } from 'zod';
import { keySettings } from '../config/keys.ts';
import { gitleaksRule, scannerRule } from '../leaks/scanner-rule.ts';

/** `npm run secret-scanner:rule`: the regular expression of our keys, and a rule for gitleaks; the whole is TOML. */
function main(): number {
  const answer = z.object({ KEY_PREFIX: keySettings.KEY_PREFIX }).safeParse({
    KEY_PREFIX: process.env['KEY_PREFIX'] || undefined,
  });
  if (!answer.success) {
    process.stderr.write(`KEY_PREFIX: expected ${answer.error.issues[0]?.message}\n`);
    return 2;
  }
  const rule = scannerRule(answer.data.KEY_PREFIX);
  process.stdout.write(`# For GitHub's secret scanning, and other scanners:
#   ${rule.regex}
# For gitleaks, in .gitleaks.toml:
${gitleaksRule(rule)}`);
  return 0;
}

process.exitCode = main();
