/** What a decision costs: `npx tsx bench/throttle.ts`, with TEST_REDIS_URL for Redis, TEST_DATABASE_URL for PostgreSQL. */
import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openDatabase } from '../src/db/open-database.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { createLogger } from '../src/kernel/logger.ts';
import { withFailurePolicy } from '../src/throttle/failure/failure-policy.ts';
import { withLeases } from '../src/throttle/leases/with-leases.ts';
import { createMemoryStore } from '../src/throttle/stores/memory-store.ts';
import { createPostgresStore } from '../src/throttle/stores/postgres-store.ts';
import { createRedisStore } from '../src/throttle/stores/redis-store.ts';
import type { Bucket, Reservation, ThrottleStore } from '../src/throttle/throttle-store.ts';
import { onServer, urlOf } from '../test/support/test-templates.ts';
import { measure, quantile, report, spreadOf } from './measure.ts';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

function bucket(index: number, capacity = 1_000_000_000_000_000): Bucket {
  const id = `key:0190d1a2-aaaa-7bbb-8ccc-${String(index).padStart(12, '0')}`;
  // So slow that none is full again, and forgotten, before all are there.
  return { id, partition: 'application', capacity, restoreRate: 1000, inFlight: 1000 };
}

function reservation(id: string, of: Bucket): Reservation {
  return { id, cost: 10_000_000, buckets: [of], ttlMs: 35_000 };
}

async function decide(store: ThrottleStore, id: string, of: Bucket): Promise<void> {
  const wanted = reservation(id, of);
  await store.reserve(wanted);
  await store.settle(wanted, 5_000_000);
}

const memory = createMemoryStore({ clock: systemClock });
const of = bucket(0);
const decision = await measure((index) => decide(memory, `${index}`, of), { callsPerRound: 20_000 });
report('memory: reserve or settle', decision.median / 2, 'µs', 2, spreadOf(decision));
const guarded = withFailurePolicy({ store: memory, policy: 'local', clock: systemClock });
const behind = await measure((index) => decide(guarded, `${index}`, of), { callsPerRound: 20_000 });
report('behind the failure policy', behind.median / decision.median, '×');
const counting = await measure(() => memory.count([{ id: 'w', partition: 'p', max: 1e9, windowMs: 60_000 }]), {
  callsPerRound: 20_000,
});
report('memory: count a request', counting.median, 'µs', 2, spreadOf(counting));

collectGarbage();
const before = process.memoryUsage().heapUsed;
for (let index = 1; index <= 1_000_000; index++) await decide(memory, `${index}`, bucket(index));
collectGarbage();
report('memory: 1,000,000 buckets', (process.memoryUsage().heapUsed - before) / 1e6, 'MB', 200, `${memory.size} kept`);

/** As a request does: counted, reserved and settled, one after the other on one key. */
async function decisions(store: ThrottleStore): Promise<readonly number[]> {
  const id = `key:${randomUUID()}`;
  const hot = { ...bucket(0), id };
  const window = { id, partition: 'application', max: 1e6, windowMs: 3_600_000 };
  const waits: number[] = [];
  for (let index = 0; index < 2000; index++) {
    const wanted = reservation(randomUUID(), hot);
    const started = performance.now();
    await store.count([window]);
    await store.reserve(wanted);
    if (index >= 500) waits.push(performance.now() - started);
    await store.settle(wanted, 5_000_000);
  }
  return waits.toSorted((left, right) => left - right);
}

const databaseUrl = process.env['TEST_DATABASE_URL'];
if (databaseUrl) {
  const database = `fieldpass_bench_${randomUUID().slice(0, 8)}`;
  await onServer(databaseUrl, (sql) => sql.unsafe(`CREATE DATABASE ${database}`));
  const opened = await openDatabase({ url: urlOf(databaseUrl, database), logger: createLogger('silent') });
  const store = createPostgresStore({ database: opened, deadlineMs: 1000 });
  const size = { kind: 'SHARE', share: 0.02 } as const;
  const leases = withLeases({ store, size, clock: systemClock, makeId: randomUUID });
  for (const [name, waits] of [
    ['PostgreSQL', await decisions(store)],
    ['PostgreSQL, with leases', await decisions(leases)],
  ] as const) {
    report(`${name}: count and reserve, median`, quantile(waits, 0.5), 'ms');
    report(`${name}: count and reserve, p99`, quantile(waits, 0.99), 'ms');
  }
  await leases.close();
  await opened.close();
  await onServer(databaseUrl, (sql) => sql.unsafe(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));
}

const url = process.env['TEST_REDIS_URL'];
if (url) {
  const redis = createRedisStore({ url, keyPrefix: `fieldpass-bench:${randomUUID()}:`, deadlineMs: 1000 });
  if (!(await redis.ready(2000))) throw new Error('TEST_REDIS_URL does not answer');
  const waits: number[] = [];
  for (let index = 0; index < 6000; index++) {
    const wanted = reservation(randomUUID(), bucket(index % 50));
    const started = performance.now();
    await redis.reserve(wanted);
    if (index >= 1000) waits.push(performance.now() - started);
    await redis.settle(wanted, 5_000_000);
  }
  waits.sort((left, right) => left - right);
  report('Redis on loopback: reserve, one round trip, median', quantile(waits, 0.5), 'ms');
  report('Redis on loopback: reserve, p99', quantile(waits, 0.99), 'ms', 1.5);
  await redis.close();
}
