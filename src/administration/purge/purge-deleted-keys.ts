import { and, inArray, isNotNull, lte } from 'drizzle-orm';
import { apiKey } from '../../db/schema/index.ts';
import { changeBySystem } from '../change.ts';
import type { AdministrationServices } from '../services.ts';

/** Of one run, so that no transaction grows long; the next run takes the rest. */
const mostPurged = 500;

/**
 * Removes the records of keys, with their secrets, whose time to be brought back is over. Audit and usage go on naming
 * their ids. Answers how many they were. Instances may run it at the same moment: changes take turns.
 */
export async function purgeDeletedKeys(services: AdministrationServices): Promise<number> {
  const due = and(isNotNull(apiKey.deletedAt), lte(apiKey.purgeAt, services.clock.now()));
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
