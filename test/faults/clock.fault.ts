/**
 * A server whose clock is ten days ahead, for more than a minute beside a healthy one on the same database of TEST_DATABASE_URL.
 * Run by `npx tsx test/faults/clock.fault.ts`; needs libfaketime, loopback only, and it ends by itself.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fakeTime } from '../support/faketime.ts';
import { buildServer, startServer } from '../support/server-process.ts';
import { onServer, urlOf } from '../support/test-templates.ts';
import { openStage } from './stage.ts';
import { clientOf } from './writers.ts';

const server = process.env['TEST_DATABASE_URL'];
const tenDaysAhead = fakeTime('+10d');
if (server === undefined || tenDaysAhead === undefined) {
  process.stdout.write('skipped: a wrong clock needs TEST_DATABASE_URL, and libfaketime of Debian\n');
  process.exit(0);
}

const stage = openStage(300_000);
const requests = 300;
/** Its jobs run once a minute. */
const wrongMs = 70_000;
const folder = mkdtempSync(join(tmpdir(), 'fieldpass-clock-'));
const name = `fieldpass_test_clock_${process.pid}`;
const url = urlOf(server, name);
const environment = { DATABASE_URL: url, KEY_PEPPER: '7'.repeat(64), DATABASE_POOL_SIZE: '3' };

try {
  await buildServer();
  await onServer(server, (admin) => admin.unsafe(`CREATE DATABASE ${name}`));
  const healthy = startServer({ cwd: folder, environment: { ...environment, DATA_DIR: 'healthy' } });
  const address = await healthy.listening;
  const client = clientOf(address, readFileSync(join(folder, 'healthy/demo.key'), 'utf8').trim());
  for (let sent = 0; sent < requests; sent++) await client('{ cities(first: 1) { nodes { name } } }');
  while ((await counted()).log < requests) await pause(100);
  const before = await counted();

  const wrong = startServer({ cwd: folder, environment: { ...environment, ...tenDaysAhead, DATA_DIR: 'wrong' } });
  const started = Date.now();
  const wrongAddress = await wrong.listening;
  const ready = await fetch(`${wrongAddress}/health/ready`);
  const answer = (await ready.json()) as { readonly reason?: string };
  stage.check(
    'ten days ahead: not ready, for its clock',
    ready.status === 503 && answer.reason === 'clock',
    JSON.stringify(answer),
  );
  stage.check('alive', (await fetch(`${wrongAddress}/health/live`)).status === 200);
  await pause(Math.max(0, started + wrongMs - Date.now()));

  const after = await counted();
  const gone = before.partitions.filter((partition) => !after.partitions.includes(partition));
  const numbers = ({ log, minutes, sets }: Counted): string => `${log} requests, ${minutes} counted, ${sets} uses`;
  stage.check('no partition is gone', gone.length === 0, gone.join(', '));
  stage.check(
    'nothing of the request log and of usage is lost',
    numbers(before) === numbers(after),
    `${numbers(before)}, then ${numbers(after)}`,
  );
  const said = wrong
    .stdout()
    .split('\n')
    .filter((line) => line.includes('differs from that of the database'));
  stage.check('its log says so once', said.length === 1, `${said.length}`);
  stage.check('the healthy one is ready', (await fetch(`${address}/health/ready`)).status === 200);
  const { code } = await wrong.end();
  stage.check('it ends well', code === 0, `code ${code}`);
  await healthy.end();
} catch (error) {
  stage.check(`no surprise (${error instanceof Error ? error.message : String(error)})`, false);
} finally {
  await onServer(server, (admin) => admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  rmSync(folder, { recursive: true, force: true });
  await stage.finish();
}

interface Counted {
  readonly log: number;
  readonly minutes: number;
  readonly sets: number;
  readonly partitions: readonly string[];
}

/** All that can be removed, of the present. */
async function counted(): Promise<Counted> {
  return await onServer(url, async (admin) => {
    const [row] = await admin<Counted[]>`SELECT (SELECT count(*)::int FROM request_log) AS log,
      (SELECT coalesce(sum(requests), 0)::int FROM usage_minute) AS minutes,
      (SELECT coalesce(sum(uses), 0)::int FROM usage_set_hour) AS sets,
      (SELECT array_agg(inhrelid::regclass::text) FROM pg_inherits) AS partitions`;
    if (!row) throw new Error('no row');
    return row;
  });
}
