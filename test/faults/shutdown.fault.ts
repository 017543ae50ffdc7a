/**
 * A server on the embedded database that is killed while it seeds and while it writes, and one that is told to end under
 * load, also over connections that clients keep. Run by `npx tsx test/faults/shutdown.fault.ts`; loopback only, and it ends by itself.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openSubscription } from '../support/open-request.ts';
import { buildServer, type ServerProcess, startServer } from '../support/server-process.ts';
import { askUntilUnready } from './kept-connections.ts';
import { openStage } from './stage.ts';
import { type Client, clientOf, createKey, type Written, write } from './writers.ts';

const stage = openStage(240_000);
const folder = mkdtempSync(join(tmpdir(), 'fieldpass-fault-'));
const seededCities = 135_233;
const writers = 6;
const start = (environment: Readonly<Record<string, string>> = {}): ServerProcess =>
  startServer({ cwd: folder, environment: { DATA_DIR: 'data', ...environment } });

try {
  await buildServer();

  const seeding = start();
  while (!seeding.stderr().includes('Seeding places')) await pause(20);
  await seeding.end('SIGKILL');
  let server = start();
  let address = await server.listening;
  const key = await createKey(address, readFileSync(join(folder, 'data/admin.key'), 'utf8').trim());
  const reader = clientOf(address, key);
  stage.check('killed while it seeds: the next start goes on to the end', (await count(reader)) === seededCities);

  for (const [round, acknowledgements] of [50, 300].entries()) {
    const killed = server;
    const name = `Killed${round}`;
    const acknowledged = await write({ address, key, name, writers }, (so) => {
      if (so === acknowledgements) void killed.end('SIGKILL');
    });
    await killed.ended;
    server = start();
    address = await server.listening;
    const lost = await missing(clientOf(address, key), acknowledged.written);
    const rows = await count(clientOf(address, key), name);
    stage.check(
      `killed after ${acknowledgements} writes: every acknowledged row is there`,
      lost === 0 && acknowledged.written.length >= acknowledgements,
      `${acknowledged.written.length} acknowledged, ${lost} lost, ${rows - acknowledged.written.length} more than that`,
    );
  }

  const ended = server;
  let exit: ReturnType<ServerProcess['end']> | undefined;
  const acknowledged = await write({ address, key, name: 'Ended', writers }, (so) => {
    if (so === 200) exit = ended.end('SIGTERM');
  });
  const { code } = (await exit) ?? { code: undefined };
  stage.check('told to end under load: it ends well', code === 0, `code ${code}`);
  stage.check('no answer was cut off', acknowledged.cut === 0, `${acknowledged.cut} cut`);
  server = start();
  const rows = await count(clientOf(await server.listening, key), 'Ended');
  stage.check(
    'what was done was answered, and what was answered was done',
    rows === acknowledged.written.length && rows >= 200,
    `${acknowledged.written.length} answered, ${rows} rows`,
  );
  await server.end();

  // Whoever runs it sees that it is not ready while it still accepts, and no request over a kept connection is lost.
  server = start({ SHUTDOWN_DELAY: '2s' });
  address = await server.listening;
  const streamed = await openSubscription(`${address}/graphql`, key, 'subscription { cityChanged { city { name } } }');
  const left = server;
  setTimeout(() => void left.end('SIGTERM'), 1000);
  const kept = await askUntilUnready({ address, key, clients: 12 });
  const { answered, reused, failures, readiness, answeredUnready } = kept;
  stage.check('told to end: it is seen not to be ready', readiness.join() === '200,503', readiness.join());
  stage.check('meanwhile it answers as ever', answeredUnready > 0, `${answeredUnready} of ${answered} answers`);
  stage.check(
    'no request is lost, be its connection new or kept',
    failures.length === 0 && reused > 0,
    `${answered} answered, ${reused} over kept connections, ${failures.length} failed ${failures.slice(0, 3).join('; ')}`,
  );
  stage.check('streams end with their last word', (await streamed.rest()).endsWith('event: complete\ndata:\n\n'));
  stage.check('it ends well', (await left.ended).code === 0);
} catch (error) {
  stage.check(`no surprise (${error instanceof Error ? error.message : String(error)})`, false);
} finally {
  rmSync(folder, { recursive: true, force: true });
  await stage.finish();
}

async function count(client: Client, name?: string): Promise<number> {
  const filter = name === undefined ? '' : `(filter: { name: { startsWith: "${name}" } })`;
  const { data } = await client(`{ cities${filter} { totalCount } }`);
  return data.cities.totalCount;
}

/** How many of the rows that were acknowledged are not there, or not as they were written. */
async function missing(client: Client, written: readonly Written[]): Promise<number> {
  let lost = 0;
  for (let first = 0; first < written.length; first += 50) {
    const part = written.slice(first, first + 50);
    const { data } = await client(
      `{ ${part.map(({ id }, index) => `c${index}: city(id: "${id}") { name }`).join(' ')} }`,
    );
    lost += part.filter(({ name }, index) => data[`c${index}`]?.name !== name).length;
  }
  return lost;
}
