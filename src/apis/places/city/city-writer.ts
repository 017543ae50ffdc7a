import { eq, sql } from 'drizzle-orm';
import type { Database, Queries } from '../../../db/database.ts';
import { DatabaseError } from '../../../db/database-error.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { codedError } from '../../../kernel/errors.ts';
import type { MakeId } from '../../../kernel/uuid.ts';
import { city } from '../tables.ts';
import { type CityChangeAction, notifyCityChange } from './city-changes.ts';
import { type CityRow, cityColumns } from './city-columns.ts';

/** What a client may set of a city. */
export interface CityValues {
  readonly name: string;
  readonly alternateName?: string | null | undefined;
  readonly countryCode: string;
  readonly population?: number | undefined;
  readonly adminCode?: string | null | undefined;
  readonly featureCode?: string | undefined;
  readonly latitude: number;
  readonly longitude: number;
  readonly editorNotes?: string | null | undefined;
  readonly contributorEmail?: string | null | undefined;
}

/** Absent keeps, null clears. */
export type CityPatch = { readonly [Name in keyof CityValues]?: CityValues[Name] | undefined };

/** Each change and its notice are one transaction: who subscribes hears of all that happened, and of nothing else. */
export interface CityWriter {
  create(values: CityValues): Promise<CityRow>;
  /** @throws NOT_FOUND */
  update(id: string, values: CityPatch): Promise<CityRow>;
  /** Creates a city with this id (a new one without), or changes the one that has it. */
  upsert(id: string | undefined, values: CityValues): Promise<{ city: CityRow; created: boolean }>;
  /** @throws NOT_FOUND */
  delete(id: string): Promise<void>;
}

export function cityWriter(database: Database, clock: Clock, makeId: MakeId): CityWriter {
  return {
    create: (values) =>
      changing(async (queries) => {
        const now = clock.now();
        const rows = await queries
          .insert(city)
          .values({ ...values, id: makeId(), createdAt: now, updatedAt: now })
          .returning(cityColumns);
        return announced(queries, 'CREATED', found(rows));
      }),

    update: (id, values) =>
      changing(async (queries) => {
        const before = await lockedCountryCode(queries, id);
        if (before === undefined) throw notFound();
        const rows = await queries
          .update(city)
          .set({ ...values, updatedAt: clock.now(), version: sql`${city.version} + 1` })
          .where(eq(city.id, id))
          .returning(cityColumns);
        return announced(queries, 'UPDATED', found(rows), before);
      }),

    upsert: (id, values) =>
      changing(async (queries) => {
        const before = id === undefined ? undefined : await lockedCountryCode(queries, id);
        const now = clock.now();
        const rows = await queries
          .insert(city)
          .values({ ...values, id: id ?? makeId(), createdAt: now, updatedAt: now })
          .onConflictDoUpdate({
            target: city.id,
            set: { ...values, updatedAt: now, version: sql`${city.version} + 1` },
          })
          // A row that was inserted has no former version (PostgreSQL, "System Columns").
          .returning({ ...cityColumns, created: sql<boolean>`(xmax = 0)` });
        const { created, ...row } = found(rows);
        return { city: await announced(queries, created ? 'CREATED' : 'UPDATED', row, before), created };
      }),

    delete: (id) =>
      changing(async (queries) => {
        const rows = await queries.delete(city).where(eq(city.id, id)).returning(cityColumns);
        await announced(queries, 'DELETED', found(rows));
      }),
  };

  async function changing<Value>(work: (queries: Queries) => Promise<Value>): Promise<Value> {
    try {
      return await database.transaction(work);
    } catch (error) {
      if (error instanceof DatabaseError && error.constraint === 'city_country_code_fkey') {
        throw codedError('BAD_USER_INPUT', 'There is no country with this code: pass an ISO 3166-1 alpha-2 code.', {
          argument: ['input', 'countryCode'],
        });
      }
      throw error;
    }
  }

  async function announced(
    queries: Queries,
    action: CityChangeAction,
    row: CityRow,
    before?: string,
  ): Promise<CityRow> {
    const countryCodes = [...new Set([row.countryCode, before ?? row.countryCode])];
    await notifyCityChange(database, { action, id: row.id, countryCodes }, queries);
    return row;
  }
}

/** Where the city was before it changes; nobody else moves it until this transaction ends. */
async function lockedCountryCode(queries: Queries, id: string): Promise<string | undefined> {
  const rows = await queries.select({ countryCode: city.countryCode }).from(city).where(eq(city.id, id)).for('update');
  return rows[0]?.countryCode;
}

function found<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw notFound();
  return row;
}

function notFound() {
  return codedError('NOT_FOUND', 'There is no such city.');
}
