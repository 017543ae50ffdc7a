import { and, eq, inArray, isNotNull, lte, sql } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { apiKey } from '../../db/schema/index.ts';
import { changeBySystem } from '../change.ts';
import type { AdministrationServices } from '../services.ts';

/** Of one run, so that no transaction grows long; the next run takes the rest. */
const mostPurged = 500;

/**
 * Removes the records of keys, with their secrets, whose time to be brought back is over. Audit and usage go on naming
 * their ids. What they made counts as made by the key that made them. Answers how many they were. Instances may run it
 * at the same moment: changes take turns.
 * @param now as all instances have it
 */
export async function purgeDeletedKeys(services: AdministrationServices, now: number): Promise<number> {
  const due = and(isNotNull(apiKey.deletedAt), lte(apiKey.purgeAt, now));
  // Looked for first outside a change: mostly there is nothing, and changes wait for each other.
  const [any] = await services.database.queries.select({ id: apiKey.id }).from(apiKey).where(due).limit(1);
  if (!any) return 0;
  return changeBySystem(services, async (change) => {
    const { within } = change;
    const keys = await within
      .select({ id: apiKey.id, publicId: apiKey.publicId, applicationId: apiKey.applicationId, name: apiKey.name })
      .from(apiKey)
      .where(due)
      .limit(mostPurged);
    if (keys.length === 0) return 0;
    for (const { id } of keys) await handOn(within, id);
    await within.delete(apiKey).where(
      inArray(
        apiKey.id,
        keys.map(({ id }) => id),
      ),
    );
    for (const { id, publicId, applicationId, name } of keys) {
      change.touchKeys(publicId);
      change.record({
        action: 'api_key.purged',
        targetType: 'ApiKey',
        targetId: id,
        applicationId,
        before: { publicId, name },
        after: undefined,
      });
    }
    return keys.length;
  });
}

/**
 * Ending a key can end all that came from it, and that must not stop at a record which is gone: whoever stole a key could
 * hide what it made behind another that it deletes. Who made a key at first, the audit chain says.
 */
async function handOn(within: Queries, id: string): Promise<void> {
  const maker = within.select({ createdBy: apiKey.createdBy }).from(apiKey).where(eq(apiKey.id, id));
  await within
    .update(apiKey)
    .set({ createdBy: sql`(${maker})` })
    .where(eq(apiKey.createdBy, id));
}
