import { createHmac } from 'node:crypto';
import { like, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { instanceSetting } from '../db/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { StartError } from '../kernel/start-error.ts';
import type { Pepper, Peppers } from './token/secret-hash.ts';

const checkName = 'pepper_check_';

/**
 * Gives each configured pepper (newest first) the version that this database knows it by, through a check value that is
 * stored with the first start. A pepper that is new beside a known one gets the next version. Throws `StartError` when
 * the database knows other peppers only (every key would be found wrong), and when living secrets are under one that is
 * missing (those keys would).
 */
export async function openPeppers(
  database: Database,
  configured: readonly [Uint8Array, ...Uint8Array[]],
  clock: Clock,
): Promise<Peppers> {
  const known = await knownVersions(database);
  const checks = configured.map((bytes) => ({ bytes, check: checkOf(bytes) }));
  if (known.size > 0 && !checks.some(({ check }) => known.has(check))) {
    throw new StartError(
      'KEY_PEPPER is not the one that the keys in this database were made with; expected the former one (it may stand before a new one, separated by a comma)',
    );
  }
  let last = Math.max(0, ...known.values());
  for (const { check } of checks.toReversed()) {
    if (known.has(check)) continue;
    last += 1;
    await database.queries
      .insert(instanceSetting)
      .values({ name: `${checkName}${last}`, value: check, updatedAt: clock.now() })
      .onConflictDoNothing();
  }
  // Read back: of two instances that start at once with different new peppers, one finds that it lost.
  const settled = await knownVersions(database);
  const [current, ...others] = checks.map(({ bytes, check }): Pepper => {
    const version = settled.get(check);
    if (version !== undefined) return { version, bytes };
    throw new StartError('KEY_PEPPER differs from that of another instance which started at the same moment');
  });
  if (!current) throw new StartError('KEY_PEPPER is empty');
  const configuredVersions = [current, ...others].map(({ version }) => version);
  const missing = [...settled.values()].filter((version) => !configuredVersions.includes(version));
  if (missing.length > 0) await refuseInUse(database, missing, clock.now());
  return { current, all: [current, ...others] };
}

/** A former pepper may go when no key that may work needs it any more. */
async function refuseInUse(database: Database, missing: readonly number[], now: number): Promise<void> {
  const versions = sql.join(
    missing.map((version) => sql`${version}::int`),
    sql`, `,
  );
  const [found] = await database.rows<{ secrets: number }>(sql`SELECT count(*)::int AS secrets
    FROM api_key_secret secret JOIN api_key key ON key.id = secret.api_key_id
      JOIN application ON application.id = key.application_id
    WHERE secret.pepper_version IN (${versions}) AND secret.status IN ('PENDING', 'ACTIVE', 'RETIRING')
      AND ${lives(sql`secret.expires_at`, now)} AND ${lives(sql`key.expires_at`, now)}
      AND key.revoked_at IS NULL AND key.deleted_at IS NULL AND application.status <> 'DELETED'`);
  if (!found || found.secrets === 0) return;
  throw new StartError(
    `KEY_PEPPER lacks a former pepper that ${found.secrets} living secrets are still hashed under: their keys would be refused. Expected it after the current one, separated by a comma, until they were used or rotated`,
  );
}

function lives(expiresAt: SQL, now: number): SQL {
  return sql`(${expiresAt} IS NULL OR ${expiresAt} > ${new Date(now).toISOString()}::timestamptz)`;
}

async function knownVersions(database: Database): Promise<Map<string, number>> {
  const rows = await database.queries
    .select()
    .from(instanceSetting)
    .where(like(instanceSetting.name, `${checkName}%`));
  return new Map(rows.map(({ name, value }) => [String(value), Number(name.slice(checkName.length))]));
}

/** Says which pepper it is and nothing of its bytes: HMAC is one-way, and the pepper has 256 bits. */
function checkOf(pepper: Uint8Array): string {
  return createHmac('sha256', pepper).update('fieldpass pepper check').digest('hex');
}
