import type { ApplicationDetails } from '../../applications/application-details.ts';
import { findApplication } from '../../applications/application-store.ts';
import { visibilityOf } from '../../keys/store/visibility.ts';
import { changeBy } from '../change.ts';
import { requireEtag } from '../etag.ts';
import { notFound } from '../not-found.ts';
import { optionalText, textLimits } from '../rules/text.ts';
import type { AdministrationServices, Caller } from '../services.ts';
import { changeApplication } from './store-application.ts';

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
    const columns = { status: 'DELETED', deletedAt: now } as const;
    await changeApplication(change, before.id, columns, {
      action: 'application.deleted',
      before: { status: before.status },
      after: { status: 'DELETED', reason },
    });
    return (await findApplication(within, before.id, visibilityOf(actor))) ?? before;
  });
}
