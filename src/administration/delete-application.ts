import { eq, sql } from 'drizzle-orm';
import type { ApplicationDetails } from '../applications/application-details.ts';
import { findApplication } from '../applications/application-store.ts';
import { application } from '../db/schema/index.ts';
import { visibilityOf } from '../keys/store/visibility.ts';
import { changeBy } from './change.ts';
import { requireEtag } from './etag.ts';
import { notFound } from './not-found.ts';
import { optionalText, textLimits } from './rules/text.ts';
import type { AdministrationServices, Caller } from './services.ts';

export interface DeleteApplicationInput {
  readonly id: string;
  readonly etag?: string | undefined;
  readonly reason?: string | undefined;
}

/**
 * Ends an application for good, and with it all its keys. Its record stays: usage and audit name it. Of a deleted one
 * nothing changes. It needs no ceiling.
 * @throws BAD_USER_INPUT, NOT_FOUND, ETAG_MISMATCH
 */
export async function deleteApplication(
  services: AdministrationServices,
  caller: Caller,
  input: DeleteApplicationInput,
): Promise<ApplicationDetails> {
  const reason = optionalText('reason', input.reason, textLimits.reason) ?? null;
  return changeBy(services, caller, async (change) => {
    const { within, actor, now } = change;
    const before = await findApplication(within, input.id, visibilityOf(actor));
    if (!before) throw notFound('application');
    requireEtag(before, input.etag);
    if (before.status === 'DELETED') return before;
    await within
      .update(application)
      .set({ status: 'DELETED', deletedAt: now, updatedAt: now, version: sql`${application.version} + 1` })
      .where(eq(application.id, before.id));
    change.touchApplication(before.id);
    change.record({
      action: 'application.deleted',
      targetType: 'Application',
      targetId: before.id,
      applicationId: before.id,
      before: { status: before.status },
      after: { status: 'DELETED', reason },
    });
    return (await findApplication(within, before.id, visibilityOf(actor))) ?? before;
  });
}
