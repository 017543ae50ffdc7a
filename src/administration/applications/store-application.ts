import { eq, sql } from 'drizzle-orm';
import { application } from '../../db/schema/index.ts';
import type { Change, ChangeNote } from '../change.ts';

type Row = typeof application.$inferInsert;
type NewApplication = Omit<Row, 'id' | 'status' | 'createdAt' | 'updatedAt' | 'version'>;
type ApplicationColumns = Omit<Partial<Row>, 'id' | 'version' | 'updatedAt'>;

/** Stores a new application, active, with its audit entry. */
export async function insertApplication(change: Change, id: string, values: NewApplication): Promise<void> {
  const { within, now } = change;
  await within.insert(application).values({ id, ...values, status: 'ACTIVE', createdAt: now, updatedAt: now });
  noteApplication(change, id, { action: 'application.created', before: undefined, after: values });
}

/** Changes an application with all that goes with it: its version, the notice to every instance, the audit entry. */
export async function changeApplication(
  change: Change,
  id: string,
  columns: ApplicationColumns,
  note: ChangeNote,
): Promise<void> {
  await change.within
    .update(application)
    .set({ ...columns, updatedAt: change.now, version: sql`${application.version} + 1` })
    .where(eq(application.id, id));
  change.touchApplication(id);
  noteApplication(change, id, note);
}

function noteApplication({ record }: Change, id: string, note: ChangeNote): void {
  record({ ...note, targetType: 'Application', targetId: id, applicationId: id });
}
