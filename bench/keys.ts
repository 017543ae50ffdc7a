/** What it costs to know who calls: `npx tsx bench/keys.ts`. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config/read-config.ts';
import { openDatabase } from '../src/db/open-database.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { createLogger } from '../src/kernel/logger.ts';
import { systemRandom } from '../src/kernel/random.ts';
import { openPeppers } from '../src/keys/open-peppers.ts';
import { startKeyResolver } from '../src/keys/resolve/key-resolver.ts';
import { formatToken, generateToken, parseToken } from '../src/keys/token/key-token.ts';
import { measure, report, spreadOf } from './measure.ts';

const pepper = randomBytes(32);
const folder = mkdtempSync(join(tmpdir(), 'fieldpass-bench-'));
const answer = readConfig({ DATA_DIR: folder, KEY_PEPPER: pepper.toString('hex') }, () => '');
if (answer.kind === 'INVALID') throw new Error(answer.problems.join('\n'));
const logger = createLogger('silent');
const database = await openDatabase({ logger });
const app = await createApp(answer.config, { database, logger, seed: false });
const keys = await startKeyResolver({
  database,
  clock: systemClock,
  peppers: await openPeppers(database, [pepper], systemClock),
  prefix: 'fieldpass',
  environments: ['LIVE', 'TEST'],
});

const known = app.firstKeys.admin ?? '';
const token = parseToken(known, 'fieldpass');
if (!token) throw new Error('the first start made no key');
const other = generateToken('fieldpass', 'LIVE', systemRandom);
const unknown = formatToken(other);
const wrong = formatToken({ ...token, secret: other.secret });
const expected = { [known]: 'ACTIVE', [unknown]: 'UNKNOWN', [wrong]: 'WRONG_SECRET', nonsense: 'MALFORMED' };
for (const [text, kind] of Object.entries(expected)) {
  const resolution = await keys.resolve(text);
  if (resolution.kind !== kind) throw new Error(`expected ${kind}, got ${resolution.kind}`);
}

const cached = await measure(() => keys.resolve(known), { callsPerRound: 5000 });
report('a key that is cached', cached.median, 'µs', undefined, spreadOf(cached));
const wrongSecret = await measure(() => keys.resolve(wrong), { callsPerRound: 5000 });
report('the same with a wrong secret', wrongSecret.median, 'µs', undefined, spreadOf(wrongSecret));
const nobody = await measure(() => keys.resolve(unknown), { callsPerRound: 5000 });
report('an unknown key that is cached as such', nobody.median, 'µs', undefined, spreadOf(nobody));
const malformed = await measure(() => keys.resolve('nonsense'), { callsPerRound: 5000 });
report('no key at all', malformed.median, 'µs', undefined, spreadOf(malformed));
const looked = await measure(
  () => {
    keys.forget({ keys: 'ALL', applications: [], epoch: 0 });
    return keys.resolve(known);
  },
  { callsPerRound: 50 },
);
report('a key that is looked up (embedded database)', looked.median, 'µs', undefined, spreadOf(looked));

await keys.close();
await app.close();
rmSync(folder, { recursive: true, force: true });
