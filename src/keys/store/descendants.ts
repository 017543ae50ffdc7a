import { and, gt, isNull, or, sql } from 'drizzle-orm';
import { amongIds } from '../../db/among-ids.ts';
import type { Database, Queries } from '../../db/database.ts';
import { apiKey } from '../../db/schema/index.ts';
import { visibleKeys } from './find-api-keys.ts';
import type { Visibility } from './visibility.ts';

/**
 * Ids of the keys that `id` made, that those made, and so on, which have not ended and may be seen. The way goes through
 * ended keys too: what they made may live.
 */
export async function livingDescendants(
  database: Database,
  within: Queries,
  id: string,
  visibility: Visibility,
  now: number,
): Promise<readonly string[]> {
  const made = await database.rows<{ id: string }>(
    sql`WITH RECURSIVE made AS (
      SELECT id FROM api_key WHERE created_by = ${id}
      UNION
      SELECT child.id FROM api_key child JOIN made ON child.created_by = made.id
    ) SELECT id FROM made`,
    within,
  );
  if (made.length === 0) return [];
  const rows = await within
    .select({ id: apiKey.id })
    .from(apiKey)
    .where(
      and(
        amongIds(
          apiKey.id,
          made.map((row) => row.id),
        ),
        isNull(apiKey.revokedAt),
        isNull(apiKey.deletedAt),
        or(isNull(apiKey.expiresAt), gt(apiKey.expiresAt, now)),
        visibleKeys(visibility),
      ),
    );
  return rows.map((row) => row.id);
}
