import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import type { DueLastUses, LastUse } from './last-uses.ts';

/** Only ever forward: a later use that another instance wrote stays. Rows are locked in one order on all instances. */
export async function writeLastUses({ queries }: Database, { keys, secrets }: DueLastUses): Promise<void> {
  if (keys.length > 0) {
    await queries.execute(sql`WITH ${newer('api_key', keys)}
      UPDATE api_key k SET last_used_at = newer.at, last_used_from = newer.source FROM newer WHERE k.id = newer.id`);
  }
  if (secrets.length > 0) {
    await queries.execute(sql`WITH ${newer('api_key_secret', secrets)}
      UPDATE api_key_secret s SET last_used_at = newer.at FROM newer WHERE s.id = newer.id`);
  }
}

function newer(table: 'api_key' | 'api_key_secret', uses: readonly LastUse[]): SQL {
  const given = uses.map(({ id, at, from }) => ({ id, at: new Date(at).toISOString(), source: from }));
  return sql`newer AS (
    SELECT row.id, given.at, given.source
    FROM ${sql.raw(table)} row
    JOIN json_to_recordset(${JSON.stringify(given)}::json) AS given(id uuid, at timestamptz, source text) ON given.id = row.id
    WHERE row.last_used_at IS NULL OR row.last_used_at < given.at
    ORDER BY row.id FOR NO KEY UPDATE OF row)`;
}
