import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/database.ts';
import { createLogger } from '../../../src/kernel/logger.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import { uuidMaker } from '../../../src/kernel/uuid.ts';
import { createPartitions, dropPartition, listPartitions } from '../../../src/usage/partitions.ts';
import { createUsageBuffer } from '../../../src/usage/record/usage-buffer.ts';
import { createUsageRecorder } from '../../../src/usage/record/usage-recorder.ts';
import { type UsageBatch, writeBatch } from '../../../src/usage/record/write-batch.ts';
import { testClock } from '../../support/test-clock.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { operationNamed, usageEvent } from '../events.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(() => database.close());

const clock = testClock();
const makeId = uuidMaker(clock, systemRandom);

function recorder(over: Database = database) {
  return createUsageRecorder({
    database: over,
    clock,
    makeId,
    logger: createLogger('silent'),
    logRatePerSecond: 100,
    random: Math.random,
  });
}

function newKey() {
  return { id: makeId(), secretId: makeId(), applicationId: makeId() };
}

async function totalsOf(apiKeyId: string) {
  const [counts] = await database.rows<{ requests: number | null; cost: number | null }>(
    sql`SELECT sum(requests)::bigint AS requests, sum(actual_cost)::bigint AS cost FROM usage_minute WHERE api_key_id = ${apiKeyId}`,
  );
  const [fields] = await database.rows<{ uses: number | null }>(
    sql`SELECT sum(uses)::bigint AS uses FROM usage_set_hour WHERE api_key_id = ${apiKeyId}`,
  );
  const [log] = await database.rows<{ rows: number }>(
    sql`SELECT count(*) AS rows FROM request_log WHERE api_key_id = ${apiKeyId}`,
  );
  return { requests: counts?.requests, cost: counts?.cost, uses: fields?.uses, logged: log?.rows };
}

describe('recording', () => {
  it('adds up what many instances write to the same rows at the same moment', async () => {
    const instances = [recorder(), recorder(), recorder()];
    const apiKey = newKey();
    const uses = [{ coordinate: 'City.name', verb: 'read' } as const];
    for (let round = 0; round < 5; round++) {
      for (const instance of instances) {
        for (let number = 0; number < 4; number++) {
          instance.record(usageEvent({ apiKey, uses, operation: operationNamed(`Operation${number}`), actualCost: 2 }));
        }
      }
      await Promise.all(instances.map((instance) => instance.flush()));
    }
    expect(await totalsOf(apiKey.id)).toEqual({ requests: 60, cost: 120, uses: 60, logged: 60 });
    await Promise.all(instances.map((instance) => instance.close()));
  });

  it('counts a batch once, also when it is tried again because nobody knows whether it was written', async () => {
    const buffer = createUsageBuffer();
    const apiKey = newKey();
    buffer.add(usageEvent({ apiKey }));
    const batch: UsageBatch = {
      instance: makeId(),
      seq: 1,
      at: clock.now(),
      documents: [],
      sets: [],
      log: [],
      minutes: buffer.take(),
    };
    await createPartitions(database).ensure([clock.now()]);
    await writeBatch(database, batch);
    await writeBatch(database, batch);
    expect(await totalsOf(apiKey.id)).toMatchObject({ requests: 1 });
    await writeBatch(database, { ...batch, seq: 2 });
    expect(await totalsOf(apiKey.id)).toMatchObject({ requests: 2 });
  });

  it('keeps what it counted while the database is away, and loses nothing when it comes back', async () => {
    let away = true;
    const flaky: Database = {
      ...database,
      get statements() {
        return database.statements;
      },
      transaction: (work) => (away ? Promise.reject(new Error('away')) : database.transaction(work)),
    };
    const usage = recorder(flaky);
    const apiKey = newKey();
    for (let number = 0; number < 3; number++) {
      usage.record(usageEvent({ apiKey }));
      await expect(usage.flush()).rejects.toThrow('away');
    }
    away = false;
    usage.record(usageEvent({ apiKey }));
    await usage.close();
    expect(await totalsOf(apiKey.id)).toMatchObject({ requests: 4, logged: 4 });
    expect(usage.state.dropped).toBe(0);
  });

  it('adds a batch up anew when it is tried again, also what it holds in several parts', async () => {
    let lost = true;
    const flaky: Database = {
      ...database,
      get statements() {
        return database.statements;
      },
      transaction: (work) =>
        database.transaction(async (queries) => {
          const value = await work(queries);
          if (lost) throw new Error('lost');
          return value;
        }),
    };
    const usage = recorder(flaky);
    const apiKey = newKey();
    const uses = [{ coordinate: 'City.name', verb: 'read' } as const];
    const at = clock.now();
    // Two minutes of one hour, and the first of them in two parts.
    for (const minute of [0, 1, 0]) usage.record(usageEvent({ apiKey, uses, actualCost: 2, at: at + minute * 60_000 }));
    for (let attempt = 0; attempt < 3; attempt++) await expect(usage.flush()).rejects.toThrow('lost');
    lost = false;
    await usage.close();
    expect(await totalsOf(apiKey.id)).toMatchObject({ requests: 3, cost: 6, uses: 3 });
  });

  it('ends a write although requests come all the while, and leaves those to the next one', async () => {
    await createPartitions(database).ensure([clock.now()]);
    const apiKey = newKey();
    let writes = 0;
    const busy: Database = {
      ...database,
      get statements() {
        return database.statements;
      },
      transaction: (work) => {
        writes++;
        if (writes <= 2) usage.record(usageEvent({ apiKey }));
        return database.transaction(work);
      },
    };
    const usage = recorder(busy);
    usage.record(usageEvent({ apiKey }));
    await usage.flush();
    expect(writes).toBe(1);
    expect(await totalsOf(apiKey.id)).toMatchObject({ requests: 1 });
    await usage.close();
    expect(await totalsOf(apiKey.id)).toMatchObject({ requests: 3 });
  });

  it('makes a partition anew that somebody dropped, and loses nothing', async () => {
    const usage = recorder();
    const apiKey = newKey();
    usage.record(usageEvent({ apiKey }));
    await usage.flush();
    for (const partition of await listPartitions(database)) {
      if (partition.table === 'request_log') await dropPartition(database, partition);
    }
    usage.record(usageEvent({ apiKey }));
    await expect(usage.flush()).rejects.toThrow('no partition');
    await usage.close();
    expect(await totalsOf(apiKey.id)).toMatchObject({ requests: 2, logged: 1 });
    expect(usage.state.dropped).toBe(0);
  });

  it('gives up what the database refuses, counts it, and goes on with what follows', async () => {
    const usage = recorder();
    const apiKey = newKey();
    usage.record(usageEvent({ apiKey, errorCode: 'a text with \u0000' }));
    usage.record(usageEvent({ apiKey }));
    await usage.flush();
    expect(usage.state.dropped).toBe(2);
    usage.record(usageEvent({ apiKey }));
    await usage.close();
    expect(await totalsOf(apiKey.id)).toMatchObject({ requests: 1 });
  });

  it('writes thousands of rows in one go', async () => {
    const usage = recorder();
    const apiKey = newKey();
    for (let number = 0; number < 6000; number++) {
      usage.record(usageEvent({ apiKey: { ...apiKey, secretId: makeId() }, outcome: number % 2 ? 'OK' : 'ERROR' }));
    }
    await usage.close();
    expect(await totalsOf(apiKey.id)).toMatchObject({ requests: 6000, logged: 100 });
  });

  it('stores each document once', async () => {
    const usage = recorder();
    for (let number = 0; number < 3; number++) {
      usage.record(usageEvent({ operation: operationNamed('Once', 'hash of Once') }));
      await usage.flush();
    }
    await usage.close();
    expect(
      await database.rows(sql`SELECT operation_name, normalized FROM usage_document WHERE hash = 'hash of Once'`),
    ).toEqual([{ operation_name: 'Once', normalized: 'query Once { a }' }]);
  });
});
