/**
 * Three servers on one Redis and one PostgreSQL, under load, while Redis stops, dies and comes back, and while a server
 * dies. Run by `npx tsx test/faults/throttle.fault.ts` with TEST_DATABASE_URL; loopback only, and it ends by itself.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import { onServer, urlOf } from '../support/test-templates.ts';
import { type Load, load, type Tally, tallyOf } from './load.ts';
import { openStage, type ServerProcess } from './stage.ts';

const databaseServer = process.env['TEST_DATABASE_URL'];
if (!databaseServer) throw new Error('Set TEST_DATABASE_URL');
const seconds = Number(process.env['FAULT_SECONDS'] ?? 60);
const executionTimeoutMs = 1000;
/** What the servers add before a slot is free again, and some more. */
const reservationMarginMs = 5500;
const instances = 3;
const maximumAvailable = 200;
const restoreRate = 50;
/** Three points, requested and actual. */
const exact = '{ viewer { apiKey { name } application { name } } }';
/** Eleven points requested; one is used, since there are no countries. */
const refunded = '{ countries(first: 10) { nodes { name } } }';

const stage = openStage((seconds + 120) * 1000);
const database = `fieldpass_fault_${randomUUID().slice(0, 8)}`;
await onServer(databaseServer, (sql) => sql.unsafe(`CREATE DATABASE ${database}`));
try {
  const redis = await stage.redis();
  const environment = {
    DATABASE_URL: urlOf(databaseServer, database),
    REDIS_URL: redis.url,
    KEY_PEPPER: randomBytes(32).toString('hex'),
    EXECUTION_TIMEOUT: `${executionTimeoutMs}ms`,
    DATA_DIR: mkdtempSync(join(tmpdir(), 'fieldpass-fault-')),
  };
  const first = await stage.server(environment);
  const servers = [first, await stage.server(environment), await stage.server(environment)];
  const application = await createApplication(first);
  const throttle = {
    maximumAvailable,
    restoreRate,
    maximumCost: 100,
    inFlight: 500,
    requests: { max: 900_000, window: 'PT1H' },
  };
  const newKey = (numbers: object = {}) => createKey(first, application, { ...throttle, ...numbers });
  const at = (key: string, clientsEach: number, pauseMs = 0): Omit<Load, 'durationMs'> => ({
    urls: servers.map(({ api }) => api),
    key,
    documents: [exact, refunded],
    clientsEach,
    pauseMs,
  });
  const longestWait = async (of: readonly ServerProcess[] = servers) =>
    Math.max(...(await Promise.all(of.map((server) => server.longestWait()))));

  await load({ ...at(await newKey(), 4), durationMs: 3000 });
  // Far more than the budget allows, and as much as the machine can do with something to spare.
  const busy = await load({ ...at(await newKey(), 4, 10), durationMs: seconds * 1000 });
  const budget = maximumAvailable + restoreRate * (busy.elapsedMs / 1000);
  const shared = tallyOf(busy.answers.filter(({ local }) => !local));
  stage.check(
    `over ${seconds} s on ${instances} servers nothing above the budget is admitted`,
    shared.admittedPoints <= budget,
    `${shared.admittedPoints} of ${budget.toFixed(1)} points, ${say(shared)}`,
  );
  // A machine that is busy with something else can keep Redis from answering in time; nothing else may.
  const decidedAlone = busy.answers.length - shared.answers.length;
  stage.check(
    'by a store that answers in time',
    decidedAlone <= busy.answers.length / 100,
    `${decidedAlone} decided locally`,
  );
  stage.check(
    'and what was reserved and not used came back',
    busy.admittedPoints >= budget * 0.9,
    `${busy.admittedPoints} points`,
  );
  stage.check('all answers are 200 or 429', busy.serverErrors === 0 && busy.failures === 0, say(busy));

  for (const fault of ['SIGSTOP', 'SIGKILL'] as const) {
    const key = await newKey();
    await load({ ...at(key, 1, 10), durationMs: 1000 });
    await longestWait();
    const outageMs = 5000;
    const during = load({ ...at(key, 2, 10), durationMs: outageMs + 500 });
    await pause(200);
    redis.signal(fault);
    await pause(outageMs - 200);
    const waited = await longestWait();
    const outage = await during;
    const local = tallyOf(outage.answers.filter((answer) => answer.local));
    stage.check(`${fault}: no request waits 100 ms for the store`, waited < 100, `longest ${waited.toFixed(1)} ms`);
    stage.check(`${fault}: no server error`, outage.serverErrors === 0 && outage.failures === 0, say(outage));
    stage.check(
      `${fault}: the header says that the store is local`,
      local.admitted > 0 && local.throttled > 0,
      say(local),
    );
    const share = maximumAvailable / 4 + (restoreRate / 4) * (outage.elapsedMs / 1000);
    stage.check(
      `${fault}: each server admits no more than its share`,
      local.admittedPoints <= instances * share,
      `${local.admittedPoints} of ${(instances * share).toFixed(1)} points`,
    );

    if (fault === 'SIGSTOP') redis.signal('SIGCONT');
    else await redis.restart();
    // Who knows that it was left alone tries again after a second at most.
    await pause(500);
    await load({ ...at(key, 1, 20), durationMs: 2500 });
    const after = await load({ ...at(key, 2, 5), durationMs: 3000 });
    const alone = after.answers.filter(({ local }) => local).length;
    stage.check(
      `${fault}: comes back without a restart of the servers`,
      alone <= after.answers.length / 50,
      `${say(after)}, ${alone} decided locally`,
    );
    const again = maximumAvailable + restoreRate * (after.elapsedMs / 1000);
    stage.check(
      `${fault}: and counts as before`,
      after.admitted > 0 && tallyOf(after.answers.filter(({ local }) => !local)).admittedPoints <= again,
      `${after.admittedPoints} of ${again.toFixed(1)} points`,
    );
  }

  await crashAfterReserve(servers, await newKey({ restoreRate: 0.001, inFlight: 1 }));
} catch (error) {
  stage.check(`runs to its end: ${error instanceof Error ? error.stack : String(error)}`, false);
} finally {
  await onServer(databaseServer, (sql) => sql.unsafe(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));
}
await stage.finish();

/** A server dies in the middle of an operation: its points stay charged, and its slot is free after its time. */
async function crashAfterReserve([dying, other]: readonly ServerProcess[], key: string): Promise<void> {
  if (!dying || !other || !databaseServer) return;
  const ask = (url: string) =>
    load({ urls: [url], key, documents: [refunded], clientsEach: 1, pauseMs: 0, durationMs: 0 });
  await ask(other.api);
  const sql = postgres(urlOf(databaseServer, database), { max: 1 });
  let unlock = () => {};
  const dead = new Promise<void>((resolve) => {
    unlock = resolve;
  });
  const holding = sql.begin(async (held) => {
    await held`LOCK TABLE country IN ACCESS EXCLUSIVE MODE`;
    await dead;
  });
  await pause(200);
  const running = ask(dying.api).catch(() => undefined);
  await pause(300);
  await dying.kill();
  unlock();
  await holding;
  await sql.end();
  await running;
  const atOnce = await ask(other.api);
  stage.check('a server that died leaves its slot taken', atOnce.throttled === 1, say(atOnce));
  await pause(executionTimeoutMs + reservationMarginMs);
  const later = await ask(other.api);
  stage.check('until its time is over', later.admitted === 1, say(later));
  // 200, less one of the first, the eleven of the dead one, and one of the last.
  const left = later.answers[0]?.currentlyAvailable;
  stage.check('and its points stay charged', left === maximumAvailable - 13, `${left} left`);
}

function say({ admitted, throttled, serverErrors, failures, slowestMs }: Tally): string {
  return `${admitted} admitted, ${throttled} throttled, ${serverErrors} server errors, ${failures} failures, slowest ${slowestMs.toFixed(0)} ms`;
}

async function management(server: ServerProcess, query: string, input: object) {
  const response = await fetch(server.management, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-API-Key': server.adminKey ?? '' },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const { data, errors } = (await response.json()) as {
    data?: Record<string, Record<string, unknown>>;
    errors?: unknown;
  };
  if (errors) throw new Error(JSON.stringify(errors));
  return data ?? {};
}

async function createApplication(server: ServerProcess): Promise<string> {
  const query =
    'mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } } }';
  const data = await management(server, query, { name: 'Fault', ownerName: 'Ada', ownerEmail: 'ada@example.com' });
  return (data['createApplication'] as { application: { id: string } }).application.id;
}

async function createKey(server: ServerProcess, applicationId: string, throttle: object): Promise<string> {
  const query = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }';
  const input = { applicationId, name: 'fault', privileges: ['read:*'], throttle };
  const data = await management(server, query, input);
  return (data['createApiKey'] as { key: string }).key;
}
