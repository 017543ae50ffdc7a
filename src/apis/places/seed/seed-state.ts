import { eq } from 'drizzle-orm';
import type { Queries } from '../../../db/database.ts';
import { instanceSetting } from '../../../db/schema/instance-setting.ts';

/** How far the seed came. Kept in `instance_setting`, and changed only in the transaction that makes it true. */
export interface SeedState {
  /** All cities up to this GeoNames id are in. */
  readonly after: number;
  /** Definitions of the indexes that were put aside, to be built at once in the end. */
  readonly indexes: readonly string[];
  readonly complete: boolean;
}

const name = 'places.seed';

export async function readSeedState(queries: Queries): Promise<SeedState | undefined> {
  const [row] = await queries.select().from(instanceSetting).where(eq(instanceSetting.name, name));
  return row?.value as SeedState | undefined;
}

/** The same, and nobody else goes on with the seed before this transaction ends. */
export async function lockSeedState(queries: Queries): Promise<SeedState | undefined> {
  const [row] = await queries.select().from(instanceSetting).where(eq(instanceSetting.name, name)).for('update');
  return row?.value as SeedState | undefined;
}

/** False when there is a state already, which stays. */
export async function insertSeedState(queries: Queries, value: SeedState, updatedAt: number): Promise<boolean> {
  const inserted = await queries
    .insert(instanceSetting)
    .values({ name, value, updatedAt })
    .onConflictDoNothing()
    .returning({ name: instanceSetting.name });
  return inserted.length === 1;
}

export async function updateSeedState(queries: Queries, value: SeedState, updatedAt: number): Promise<void> {
  await queries.update(instanceSetting).set({ value, updatedAt }).where(eq(instanceSetting.name, name));
}
