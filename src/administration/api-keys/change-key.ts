import { eq, sql } from 'drizzle-orm';
import { apiKey } from '../../db/schema/index.ts';
import type { ApiKeyRecord } from '../../keys/api-key.ts';
import type { Change, ChangeNote } from '../change.ts';

type KeyColumns = Omit<Partial<typeof apiKey.$inferInsert>, 'id' | 'publicId' | 'version' | 'updatedAt'>;

/** Changes a key with all that goes with it: its version, the notice to every instance, the audit entry. */
export async function changeKey(
  change: Change,
  key: ApiKeyRecord,
  columns: KeyColumns,
  note: ChangeNote,
): Promise<void> {
  await change.within
    .update(apiKey)
    .set({ ...columns, updatedAt: change.now, version: sql`${apiKey.version} + 1` })
    .where(eq(apiKey.id, key.id));
  noteKeyChange(change, key, note);
}

/** Of a change that was made: what instances know of the key is stale. */
export function noteKeyChange(
  { touchKeys, record }: Change,
  { id, publicId, application }: ApiKeyRecord,
  note: ChangeNote,
): void {
  touchKeys(publicId);
  record({ ...note, targetType: 'ApiKey', targetId: id, applicationId: application.id });
}
