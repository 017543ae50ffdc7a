import { type SQL, sql } from 'drizzle-orm';
import type { Database, Queries } from '../db/database.ts';
import type { MakeId } from '../kernel/uuid.ts';
import { type WebhookType, webhookTypeOf } from './webhook-event.ts';

/** Where a change leaves what receivers are to be told. */
export interface Outbox {
  /**
   * Inside the transaction of the changes: their events are there when they are, and only then. Few statements, however
   * many keys one call has ended: other changes wait for it.
   */
  add(within: Queries, changes: readonly AnnouncedChange[]): Promise<void>;
}

export interface AnnouncedChange {
  /** Of an audit entry. */
  readonly action: string;
  /** Its place in the audit chain. */
  readonly sequence: number;
  /** What was changed, and its id. */
  readonly targetType: string;
  readonly targetId: string;
  readonly at: number;
}

/** Events of one statement, which has its deadline. */
const batchSize = 1000;

export function createOutbox(makeId: MakeId): Outbox {
  return {
    async add(within, changes) {
      const events = changes.flatMap(({ action, sequence, targetType, targetId, at }) => {
        const type = targetType === 'ApiKey' ? webhookTypeOf(action) : undefined;
        return type === undefined
          ? []
          : [{ id: makeId(), type, dedup_key: `audit:${sequence}`, key_id: targetId, at: timeOf(at) }];
      });
      for (let start = 0; start < events.length; start += batchSize) {
        const batch = JSON.stringify(events.slice(start, start + batchSize));
        await within.execute(
          insertEvents(sql`SELECT * FROM jsonb_to_recordset(${batch}::jsonb)
            AS event (id uuid, type text, dedup_key text, key_id uuid, at timestamptz)`),
        );
      }
      for (const { action, targetId, at } of changes) {
        if (action === 'application.deleted') await within.execute(endOfApplication(targetId, at));
      }
    },
  };
}

/** Its keys that had not ended are revoked with it. */
function endOfApplication(applicationId: string, at: number): SQL {
  const moment = sql`${timeOf(at)}::timestamptz`;
  return insertEvents(sql`SELECT gen_random_uuid() AS id, ${'api_key.revoked'} AS type, k.id AS key_id, ${moment} AS at,
      'application:' || k.id AS dedup_key
    FROM api_key k WHERE k.application_id = ${applicationId}::uuid AND k.revoked_at IS NULL AND k.deleted_at IS NULL
      AND (k.expires_at IS NULL OR k.expires_at > ${moment})`);
}

const dayMs = 86_400_000;
/** How long before its end a key is announced as expiring. */
export const expiringMs = 14 * dayMs;
/** An end that was missed for longer, since no server ran, is not announced any more. */
const missedMs = 7 * dayMs;

/** Puts keys that expire soon, or have expired, into the outbox; each end of each key once. Resolves to how many were new. */
export async function addExpiries(database: Database, now: number): Promise<number> {
  const soon = await addEnds(database, 'api_key.expiring', now, [now, now + expiringMs]);
  const over = await addEnds(database, 'api_key.expired', now, [now - missedMs, now]);
  return soon + over;
}

async function addEnds(
  database: Database,
  type: WebhookType,
  now: number,
  [after, until]: readonly [number, number],
): Promise<number> {
  const dedupKey = sql`${`${type}:`} || k.id || ':' || extract(epoch FROM k.expires_at)`;
  // Those that were announced are left out before the limit: else they would take the place of the others for days.
  const rows = await database.rows(
    sql`${insertEvents(sql`
    SELECT gen_random_uuid() AS id, ${type} AS type, k.id AS key_id, ${timeOf(now)}::timestamptz AS at,
      ${dedupKey} AS dedup_key
    FROM api_key k JOIN application a ON a.id = k.application_id AND a.status <> 'DELETED'
    WHERE k.expires_at > ${timeOf(after)}::timestamptz AND k.expires_at <= ${timeOf(until)}::timestamptz
      AND k.revoked_at IS NULL AND k.deleted_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.dedup_key = ${dedupKey})
    ORDER BY k.expires_at LIMIT 1000`)} RETURNING id`,
  );
  return rows.length;
}

/** Names and ids only: a receiver that wants more asks the management API. */
function insertEvents(chosen: SQL): SQL {
  return sql`INSERT INTO outbox (id, type, dedup_key, payload, created_at, next_attempt_at)
    SELECT e.id, e.type, e.dedup_key, jsonb_build_object(
      'type', e.type,
      'timestamp', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'data', jsonb_build_object(
        'apiKey', jsonb_build_object('id', encode(convert_to('ApiKey:' || k.id, 'UTF8'), 'base64'),
          'publicId', k.public_id, 'name', k.name, 'type', k.type, 'environment', k.environment,
          'expiresAt', to_char(k.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
        'application', jsonb_build_object('id', encode(convert_to('Application:' || a.id, 'UTF8'), 'base64'),
          'name', a.name, 'ownerName', a.owner_name, 'ownerEmail', a.owner_email))),
      e.at, e.at
    FROM (${chosen}) e JOIN api_key k ON k.id = e.key_id JOIN application a ON a.id = k.application_id
    ON CONFLICT (dedup_key) DO NOTHING`;
}

export interface DueEvent {
  readonly id: string;
  readonly payload: unknown;
  /** Failed before this one. */
  readonly attempts: number;
}

/**
 * Events whose time has come. They are due again after `holdMs`: an instance that dies between taking one and settling
 * it leaves it to the others, so a receiver may hear of it twice (under the same message id), and never not at all.
 */
export async function takeDue(database: Database, now: number, limit: number, holdMs: number): Promise<DueEvent[]> {
  const rows = await database.rows<{ id: string; payload: unknown; attempts: number }>(sql`
    UPDATE outbox SET next_attempt_at = ${timeOf(now + holdMs)}::timestamptz
    WHERE id IN (SELECT id FROM outbox WHERE next_attempt_at <= ${timeOf(now)}::timestamptz
      ORDER BY next_attempt_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id, payload, attempts`);
  return rows.map(({ id, payload, attempts }) => ({ id, payload, attempts }));
}

/** `nextAttemptAt` is absent when the event is settled: delivered, or given up. */
export interface Attempt {
  readonly id: string;
  readonly answer: string;
  readonly deliveredAt?: number | undefined;
  readonly nextAttemptAt?: number | undefined;
}

/** What was delivered stays so: an attempt of an instance that was stopped may end after another one has delivered it. */
export async function noteAttempt({ queries }: Database, attempt: Attempt): Promise<void> {
  const { id, answer, deliveredAt, nextAttemptAt } = attempt;
  await queries.execute(sql`UPDATE outbox SET attempts = attempts + 1, last_answer = ${answer.slice(0, 200)},
    delivered_at = ${deliveredAt === undefined ? null : timeOf(deliveredAt)}::timestamptz,
    next_attempt_at = ${nextAttemptAt === undefined ? null : timeOf(nextAttemptAt)}::timestamptz
    WHERE id = ${id}::uuid AND delivered_at IS NULL`);
}

/** Longer than any end of a key can still be announced. */
const keptMs = 60 * dayMs;

/** Removes what was settled long ago. */
export async function removeSettled({ queries }: Database, now: number): Promise<void> {
  await queries.execute(sql`DELETE FROM outbox
    WHERE next_attempt_at IS NULL AND created_at < ${timeOf(now - keptMs)}::timestamptz`);
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
