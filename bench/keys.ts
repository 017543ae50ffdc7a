/** What it costs to know who calls: `npx tsx bench/keys.ts`. */
import { randomBytes, randomUUID } from 'node:crypto';
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
import { cpuTime, measure, report, spreadOf } from './measure.ts';

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
  logger,
  instanceId: randomUUID(),
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

/** CPU time, which a busy machine does not add to, and the statements that were sent. */
async function cost(name: string, call: () => unknown, callsPerRound: number, budget?: number): Promise<number> {
  const before = database.statements;
  const used = await measure(call, { callsPerRound, now: cpuTime });
  report(name, used.median, 'µs', budget, spreadOf(used));
  return (database.statements - before) / (17 * callsPerRound);
}
const forgetAll = () => keys.committed({ keys: 'ALL', applications: [], epoch: 0 });

let statements = await cost('a key that is cached', () => keys.resolve(known), 5000, 20);
statements += await cost('the same with a wrong secret', () => keys.resolve(wrong), 5000, 20);
statements += await cost('an unknown key that is cached as such', () => keys.resolve(unknown), 5000, 20);
statements += await cost('no key at all', () => keys.resolve('nonsense'), 5000, 5);
const resolution = await keys.resolve(known);
if (resolution.kind !== 'ACTIVE') throw new Error('the key does not work');
statements += await cost('whether a key may still be acted on', () => keys.isCurrent(resolution.key), 50_000, 1);
report('statements for all of these', statements, 'a call', 0.0001);
const lookUp = () => {
  forgetAll();
  return keys.resolve(known);
};
report(
  'statements for a key that is looked up',
  await cost('a key that is looked up (embedded database)', lookUp, 50),
  'a call',
  1.01,
);

await keys.close();
await app.close();
rmSync(folder, { recursive: true, force: true });
