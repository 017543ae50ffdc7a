/**
 * Two servers on one PostgreSQL, behind a relay, that count a known mix of requests while one is told to end, one is
 * killed, and the database is away. Run by `npx tsx test/faults/usage.fault.ts` with TEST_DATABASE_URL; loopback only,
 * and it ends by itself.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase } from '../../src/db/open-database.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { rollUp } from '../../src/usage/roll-up/roll-up.ts';
import { buildServer, type ServerProcess, startServer } from '../support/server-process.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { onServer, urlOf } from '../support/test-templates.ts';
import { openStage } from './stage.ts';
import {
  type Counted,
  createMixKeys,
  difference,
  fieldsOfRequests,
  type Ledger,
  newLedger,
  readCounted,
  sendMix,
  sumOf,
} from './usage-mix.ts';
import { clientOf } from './writers.ts';

const databaseServer = process.env['TEST_DATABASE_URL'];
if (!databaseServer) throw new Error('Set TEST_DATABASE_URL');
const outageMs = 10_000;
const loadMs = 3000;
/** A write is begun every second, and takes some time. */
const lossMs = 1300;
const settleMs = 1500;
const dayMs = 86_400_000;

const stage = openStage(240_000);
const database = `fieldpass_fault_${randomUUID().slice(0, 8)}`;
const folder = mkdtempSync(join(tmpdir(), 'fieldpass-fault-'));
await onServer(databaseServer, (sql) => sql.unsafe(`CREATE DATABASE ${database}`));
const direct = urlOf(databaseServer, database);
const { hostname, port } = new URL(direct);
const relay = await startTcpProxy(hostname, Number(port || 5432));

const environment = {
  DATABASE_URL: direct.replace(/@[^/]+/, `@127.0.0.1:${relay.port}`),
  KEY_PEPPER: randomBytes(32).toString('hex'),
  DATA_DIR: folder,
  LOG_LEVEL: 'warn',
};

try {
  await buildServer();
  const [first, second] = [await begin(), await begin()];
  let other = second;
  const adminKey = readFileSync(join(folder, 'admin.key'), 'utf8').trim();
  const admin = clientOf(`${await first.listening}/admin/graphql`, adminKey);
  const keys = await createMixKeys(admin);
  const ledger = newLedger();
  const counted = (interval = 'HOUR') => readCounted(admin, keys, interval);
  const send = async (server: ServerProcess, until: () => boolean, pauseMs = 5) =>
    sendMix(await server.listening, keys, ledger, until, pauseMs);

  await Promise.all([send(first, after(loadMs)), send(second, after(loadMs))]);
  await checkExact('two servers, a known mix', counted, ledger);

  const outage = [first, second].map((server) => send(server, after(outageMs + 4000), 50));
  await pause(1500);
  relay.blackHole(true);
  await pause(outageMs);
  relay.blackHole(false);
  relay.cut();
  await Promise.all(outage);
  const away = [...ledger.answered].filter(([name]) => name.includes('UNAVAILABLE') || name.includes('ERROR'));
  stage.check('the database was away for a while', away.length > 0, `${sumOf(new Map(away))} requests without it`);
  await checkExact(`the database mute for ${outageMs / 1000} s: nothing is lost`, counted, ledger);

  const ending = send(other, after(20_000));
  await pause(loadMs / 2);
  const { code } = await other.end('SIGTERM');
  await ending;
  stage.check('told to end under load: it ends well', code === 0, `code ${code}`);
  await checkExact('and nothing is lost', counted, ledger);

  other = await begin();
  const dying = send(other, after(20_000));
  await pause(loadMs);
  const killedAt = performance.now();
  await other.end('SIGKILL');
  await dying;
  await pause(settleMs);
  const { requests, fields } = await counted();
  const lost = sumOf(ledger.answered) - sumOf(requests);
  const lastSecond = ledger.times.filter((at) => at > killedAt - lossMs).length;
  stage.check(
    'killed under load: at most a second is lost',
    lost <= lastSecond,
    `${lost} lost, ${lastSecond} in the last second`,
  );
  stage.check('nothing is counted twice', lost >= 0);
  const fieldsDiffer = difference(fields, fieldsOfRequests(requests));
  stage.check('fields agree with requests', fieldsDiffer === undefined, fieldsDiffer);

  const own = await openDatabase({ url: direct, logger: createLogger('silent') });
  const made = await rollUp(own, Date.now() + 2 * dayMs);
  await own.close();
  for (const interval of ['HOUR', 'DAY']) {
    const rolled = await counted(interval);
    const differ = difference(rolled.requests, requests) ?? difference(rolled.fields, fields);
    stage.check(`after the roll-up (${made}) by the ${interval}`, made >= 2 && differ === undefined, differ);
  }
  await first.end('SIGTERM');
  const again = await begin();
  const restarted = await readCounted(clientOf(`${await again.listening}/admin/graphql`, adminKey), keys, 'DAY');
  const differ = difference(restarted.requests, requests) ?? difference(restarted.fields, fields);
  stage.check('after a restart', differ === undefined, differ);
  await again.end();
} catch (error) {
  stage.check(`runs to its end: ${error instanceof Error ? error.stack : String(error)}`, false);
} finally {
  await relay.close();
  rmSync(folder, { recursive: true, force: true });
  await onServer(databaseServer, (sql) => sql.unsafe(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));
}
await stage.finish();

async function begin(): Promise<ServerProcess> {
  const server = startServer({ cwd: folder, environment });
  await server.listening;
  return server;
}

/** The other instance writes every second; after an outage it may take its deadlines to notice. */
async function checkExact(name: string, counted: () => Promise<Counted>, ledger: Ledger): Promise<void> {
  let differ: string | undefined;
  for (let attempt = 0; attempt < 20; attempt++) {
    await pause(settleMs);
    const { requests, fields } = await counted();
    differ = difference(requests, ledger.answered);
    if (differ !== undefined) continue;
    stage.check(`${name}: by outcome, key, operation and client`, true, `${sumOf(requests)} requests`);
    const fieldsDiffer = difference(fields, fieldsOfRequests(ledger.answered));
    stage.check(`${name}: by field`, fieldsDiffer === undefined, fieldsDiffer);
    return;
  }
  stage.check(`${name}: by outcome, key, operation and client`, false, differ);
}

function after(ms: number): () => boolean {
  const ends = performance.now() + ms;
  return () => performance.now() >= ends;
}
