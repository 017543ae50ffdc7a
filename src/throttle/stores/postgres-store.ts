import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { withDeadline } from '../../kernel/deadline.ts';
import type { Bucket, BucketState, CountAnswer, ReserveAnswer, ThrottleStore } from '../throttle-store.ts';

export interface PostgresStoreOptions {
  readonly database: Pick<Database, 'rows'>;
  /** Longest wait for an answer, in milliseconds; the database's own deadline discards the connection. */
  readonly deadlineMs?: number;
}

export interface PostgresStore extends ThrottleStore {
  /** Forgets buckets that are full and windows that have ended; a job calls it now and then. */
  forgetFull(): Promise<void>;
}

const forgottenAtOnce = 2000;

/**
 * Balances in PostgreSQL, on its clock: one call of a function each, which locks the rows of its buckets in the order of
 * their ids. The tables are unlogged: a crash of the database makes every bucket full.
 */
export function createPostgresStore({ database, deadlineMs = 50 }: PostgresStoreOptions): PostgresStore {
  async function ask<Answer>(statement: SQL): Promise<Answer> {
    const rows = database.rows<{ answer: string }>(sql`SELECT (${statement})::text AS answer`);
    const [row] = await withDeadline(rows, deadlineMs, 'The throttle store');
    if (!row) throw new Error('The throttle store answered nothing');
    return JSON.parse(row.answer) as Answer;
  }

  /** A statement for each batch: one for all could take longer than its deadline, and then nothing would ever go. */
  async function forgetBefore(table: SQL, moment: SQL): Promise<void> {
    for (let gone = forgottenAtOnce; gone === forgottenAtOnce; ) {
      const rows = await database.rows(sql`DELETE FROM ${table} WHERE id = ANY (ARRAY(SELECT id FROM ${table}
        WHERE ${moment} < (SELECT throttle_now()) LIMIT ${forgottenAtOnce}::int FOR UPDATE SKIP LOCKED)) RETURNING 1 AS gone`);
      gone = rows.length;
    }
  }

  return {
    count: (windows, requests = 1) =>
      ask<CountAnswer>(sql`throttle_count(${JSON.stringify(windows)}::jsonb, ${requests}::bigint)`),
    reserve: ({ id, cost, ttlMs, buckets }) =>
      ask<ReserveAnswer>(sql`throttle_reserve(${id}, ${cost}::bigint, ${ttlMs}::bigint, ${asJson(buckets)}::jsonb)`),
    settle({ id, cost, ttlMs, buckets }, actual) {
      const unused = cost - Math.max(0, actual);
      return ask<BucketState[]>(
        sql`throttle_settle(${id}, ${unused}::bigint, ${ttlMs}::bigint, ${asJson(buckets)}::jsonb)`,
      );
    },
    peek: (buckets) => ask<BucketState[]>(sql`throttle_peek(${asJson(buckets)}::jsonb)`),
    async forgetFull() {
      await forgetBefore(sql`rate_bucket`, sql`full_at`);
      await forgetBefore(sql`rate_window`, sql`ends_at`);
    },
    async close() {},
  };
}

function asJson(buckets: readonly Bucket[]): string {
  return JSON.stringify(
    buckets.map(({ id, capacity, restoreRate, inFlight, debt, quota }) => ({
      id,
      capacity,
      rate: restoreRate,
      inFlight,
      debt,
      ...(quota && {
        quota: {
          points: quota.points,
          period: quota.period,
          knownSince: quota.known?.since,
          knownSpent: quota.known?.spent,
          ask: quota.ask,
        },
      }),
    })),
  );
}
