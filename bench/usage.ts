/**
 * What counting requests costs: `npx tsx bench/usage.ts`, with TEST_DATABASE_URL for the writes: 5,000 requests a second
 * of 1,000 keys and 50 operations, for a minute.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sql } from 'drizzle-orm';
import type { Database } from '../src/db/database.ts';
import { openDatabase } from '../src/db/open-database.ts';
import { createLogger } from '../src/kernel/logger.ts';
import { uuidMaker } from '../src/kernel/uuid.ts';
import { createUsageRecorder, type UsageRecorder } from '../src/usage/record/usage-recorder.ts';
import type { UsageEvent, UsageKey } from '../src/usage/usage-event.ts';
import { testClock } from '../test/support/test-clock.ts';
import { onServer, urlOf } from '../test/support/test-templates.ts';
import { report, summary } from './measure.ts';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

const requestsPerSecond = 5000;
const seconds = Number(process.env['BENCH_SECONDS'] ?? 60);
const fieldsPerOperation = 8;
/** Its seconds are those of the load; how long something takes is real. */
const clock = { ...testClock(), monotonic: () => performance.now() };
const makeId = uuidMaker(clock, randomBytes);
const logger = createLogger('silent');

const keys: readonly UsageKey[] = Array.from({ length: 1000 }, () => ({
  id: makeId(),
  secretId: makeId(),
  applicationId: makeId(),
}));
/** One object a document, and one array of what it uses, as the pipeline hands them over. */
const operations = Array.from({ length: 50 }, (_, number) => ({
  operation: {
    type: 'query',
    name: `Operation${number}`,
    document: {
      hash: `${number}`.padStart(64, '0'),
      normalized: `query Operation${number} { cities { nodes { name } } }`,
    },
  },
  uses: Array.from({ length: fieldsPerOperation }, (_, field) => ({
    coordinate: `Type${number % 10}.field${(number * 3 + field) % 40}`,
    verb: 'read' as const,
  })),
}));

/** Each key asks each operation now and then; one request of fifty is refused. */
function eventAt(index: number): UsageEvent {
  const application = (index * 7919) % keys.length;
  const apiKey = keys[application];
  const { uses, operation } =
    operations[(index * 31 + Math.floor(index / 1000)) % operations.length] ?? operations[0] ?? never();
  const refused = index % 50 === 0;
  return {
    at: clock.now(),
    requests: 1,
    requestId: `0190d1a2-aaaa-7bbb-8ccc-${String(index).padStart(12, '0')}`,
    surface: 'API',
    apiKey,
    operation,
    outcome: refused ? 'FORBIDDEN' : 'OK',
    errorCode: refused ? 'FORBIDDEN' : undefined,
    errors: refused ? 1 : 0,
    requestedCost: 12,
    actualCost: 7,
    latencyMs: 1 + ((index * 13) % 60),
    clientAddress: '192.0.2.17',
    // Headers come as new texts with each request.
    clientName: `web-${application % 30}`,
    clientVersion: `1.${application % 7}.0`,
    uses: refused ? [] : uses,
    denials: refused ? [{ coordinate: 'City.population', verb: 'read' }] : [],
  };
}

function never(): never {
  throw new Error('there are no operations');
}

function open(database: Database): UsageRecorder {
  return createUsageRecorder({ database, clock, makeId, logger, logRatePerSecond: 100, random: Math.random });
}

/** Answers every statement at once. */
const nowhere = {
  rows: async () => [],
  transaction: async () => undefined,
  queries: { execute: async () => [] },
} as unknown as Database;

async function measureRecording(): Promise<void> {
  const usage = open(nowhere);
  const times: number[] = [];
  for (let round = 0; round < seconds; round++) {
    clock.advance(1000);
    const events = Array.from({ length: requestsPerSecond - 1 }, (_, index) => eventAt(round * 6007 + 50_000 + index));
    const started = process.cpuUsage();
    for (const event of events) usage.record(event);
    const { user, system } = process.cpuUsage(started);
    times.push((user + system) / events.length);
    await usage.flush();
  }
  const half = Math.floor(seconds / 2);
  const first = summary(times.slice(0, half));
  report('recording a request, while most are new', first.median, 'µs CPU', undefined, `± ${first.spread.toFixed(2)}`);
  const later = summary(times.slice(half));
  report('recording a request', later.median, 'µs CPU', 5, `± ${later.spread.toFixed(2)}`);
}

async function measureWriting(database: Database): Promise<void> {
  const usage = open(database);
  const [times, heaps]: [number[], number[]] = [[], []];
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000);
    for (let index = 0; index < requestsPerSecond - 1; index++)
      usage.record(eventAt(second * requestsPerSecond + index));
    await usage.flush();
    times.push(usage.state.lastFlushMs ?? 0);
    if (second % 10 === 9) {
      collectGarbage();
      heaps.push(process.memoryUsage().heapUsed / 1e6);
    }
  }
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  report('writing a second of 5,000 requests: median', at(0.5), 'ms', 200);
  report('writing a second of 5,000 requests: p95', at(0.95), 'ms', undefined, `largest ${at(1).toFixed(0)}`);
  report(
    'heap, from the 20th second to the last',
    (heaps.at(-1) ?? 0) - (heaps[1] ?? 0),
    'MB',
    10,
    `now ${heaps.at(-1)?.toFixed(0)} MB`,
  );
  const [counted] = await database.rows<{ requests: number; rows: number }>(
    sql`SELECT sum(requests)::bigint AS requests, count(*) AS rows FROM usage_minute`,
  );
  report(
    'requests that are not in the tables',
    seconds * (requestsPerSecond - 1) - (counted?.requests ?? 0),
    '',
    1,
    `${counted?.rows} rows`,
  );
  await usage.close();
}

await measureRecording();
const server = process.env['TEST_DATABASE_URL'];
if (server) {
  const name = `fieldpass_bench_${randomUUID().slice(0, 8)}`;
  await onServer(server, (admin) => admin.unsafe(`CREATE DATABASE ${name}`));
  try {
    const database = await openDatabase({ url: urlOf(server, name), logger });
    await measureWriting(database);
    await database.close();
  } finally {
    await onServer(server, (admin) => admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  }
}
