import { keyShape } from '../keys/token/looks-like-key.ts';

/** What finds keys in texts: for GitHub's secret scanning, gitleaks, or whatever else reads regular expressions. */
export interface ScannerRule {
  readonly id: string;
  readonly description: string;
  /** No group captures, so a scanner takes the whole match; the syntax is what RE2, PCRE and JavaScript share. */
  readonly regex: string;
  /** Texts of which every key has one: scanners look for them first. */
  readonly keywords: readonly string[];
  /** Bits a character (Shannon) that every key has more than, and placeholders made of few characters have not. */
  readonly entropy: number;
}

/** @param prefix a valid `KEY_PREFIX` */
export function scannerRule(prefix: string): ScannerRule {
  return {
    id: `${prefix}-api-key`,
    description: `API key of ${prefix}: whoever has it can use the API until the key is revoked.`,
    regex: keyShape(prefix).source,
    keywords: [`${prefix}_live_`, `${prefix}_test_`],
    entropy: 3.5,
  };
}

/** The rule as TOML for the file `.gitleaks.toml` (gitleaks 8). Nothing in it needs escaping. */
export function gitleaksRule({ id, description, regex, keywords, entropy }: ScannerRule): string {
  return [
    '[[rules]]',
    `id = "${id}"`,
    `description = "${description}"`,
    `regex = '''${regex}'''`,
    `keywords = [${keywords.map((keyword) => `"${keyword}"`).join(', ')}]`,
    `entropy = ${entropy}`,
    '',
  ].join('\n');
}
