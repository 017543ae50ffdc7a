/**
 * Ten servers that start at the same moment on an empty database of TEST_DATABASE_URL; the one that seeds is killed. Run by
 * `npx tsx test/faults/many-starts.fault.ts`; loopback only, and it ends by itself.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buildServer, type ServerProcess, startServer } from '../support/server-process.ts';
import { onServer, urlOf } from '../support/test-templates.ts';
import { openStage } from './stage.ts';
import { clientOf } from './writers.ts';

const server = process.env['TEST_DATABASE_URL'];
if (server === undefined) {
  process.stdout.write('skipped: many starts need TEST_DATABASE_URL\n');
  process.exit(0);
}

const stage = openStage(240_000);
const seededCities = 135_233;
/** Each takes up to 300 MB while it starts. */
const instances = freemem() > 4e9 ? 10 : 6;
const folder = mkdtempSync(join(tmpdir(), 'fieldpass-many-'));
const name = `fieldpass_test_many_starts_${process.pid}`;
const url = urlOf(server, name);

try {
  await buildServer();
  await onServer(server, (admin) => admin.unsafe(`CREATE DATABASE ${name}`));
  const start = (number: number): ServerProcess =>
    startServer({
      cwd: folder,
      environment: {
        DATABASE_URL: url,
        DATA_DIR: `data-${number}`,
        KEY_PEPPER: '7'.repeat(64),
        DATABASE_POOL_SIZE: '2',
      },
    });
  const started = Array.from({ length: instances }, (_, number) => start(number));

  let seeder: ServerProcess | undefined;
  while (seeder === undefined) {
    await pause(50);
    seeder = started.find((one) => one.stderr().includes('Seeding places'));
    if (started.every((one) => one.stdout().includes('"listening"'))) break;
  }
  const early = await Promise.all(started.map((one) => isListening(one)));
  stage.check('none answers before the data are there', !early.includes(true));
  await seeder?.end('SIGKILL');
  const others = started.filter((one) => one !== seeder);
  const outcomes = await Promise.allSettled(others.map((one) => one.listening));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
  stage.check(
    `${others.length} of ${instances} come up when the one that seeds is killed`,
    failures.length === 0,
    failures[0],
  );
  const waiting = others.filter((one) => one.stdout().includes('waiting for it')).length;
  stage.check('those that wait say so', waiting >= others.length - 1, `${waiting} of ${others.length}`);
  const seeding = others.filter((one) => one.stderr().includes('Seeding places')).length;
  stage.check('one went on with the seed', seeding === 1, `${seeding}`);

  const keys = readdirSync(folder).flatMap((data) =>
    readdirSync(join(folder, data))
      .filter((file) => file === 'admin.key')
      .map((file) => join(folder, data, file)),
  );
  stage.check('one made the first key', keys.length === 1, `${keys.length}`);
  const demoKeys = readdirSync(folder).filter((data) => readdirSync(join(folder, data)).includes('demo.key'));
  stage.check('one made the demo key', demoKeys.length === 1, `${demoKeys.length}`);
  const counts = await onServer(url, async (admin) => {
    const [found] = await admin`SELECT (SELECT count(*)::int FROM city) AS cities,
      (SELECT count(*)::int FROM api_key) AS keys, (SELECT count(*)::int FROM instance_setting WHERE name LIKE 'pepper%') AS peppers`;
    return found;
  });
  stage.check(
    'everything is there once',
    counts?.['cities'] === seededCities && counts['keys'] === 2 && counts['peppers'] === 1,
    JSON.stringify(counts),
  );
  const demoKey = readFileSync(join(folder, demoKeys[0] ?? '', 'demo.key'), 'utf8').trim();
  for (const one of others) {
    const { data } = await clientOf(await one.listening, demoKey)('{ cities(first: 1) { nodes { name } } }');
    if (data?.cities?.nodes.length !== 1) stage.check('every instance answers the demo key', false);
  }
  await Promise.all(others.map((one) => one.end()));
} catch (error) {
  stage.check(`no surprise (${error instanceof Error ? error.message : String(error)})`, false);
} finally {
  await onServer(server, (admin) => admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  rmSync(folder, { recursive: true, force: true });
  await stage.finish();
}

async function isListening(one: ServerProcess): Promise<boolean> {
  return one.stdout().includes('"listening"');
}
