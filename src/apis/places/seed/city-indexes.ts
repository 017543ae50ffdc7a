import { sql } from 'drizzle-orm';
import type { Database, Queries } from '../../../db/database.ts';

/**
 * Building an index over all cities at once is many times faster than keeping it up to date row by row. These two take
 * the definitions from the database itself, so that the migrations stay the only place that knows them.
 */
export async function putCityIndexesAside(database: Pick<Database, 'rows'>, queries: Queries): Promise<string[]> {
  const indexes = await database.rows<{ name: string; definition: string }>(
    sql`SELECT quote_ident(indexname) AS name, indexdef AS definition FROM pg_indexes
        WHERE schemaname = current_schema() AND tablename = 'city' AND indexdef NOT LIKE 'CREATE UNIQUE %'
          AND NOT EXISTS (SELECT FROM city)`,
    queries,
  );
  for (const { name } of indexes) await queries.execute(sql.raw(`DROP INDEX ${name}`));
  return indexes.map(({ definition }) => definition);
}

export async function restoreCityIndexes(queries: Queries, definitions: readonly string[]): Promise<void> {
  for (const definition of definitions) {
    await queries.execute(sql.raw(definition.replace(/^CREATE INDEX /, 'CREATE INDEX IF NOT EXISTS ')));
  }
}
