import type { ApplicationDetails } from '../../applications/application-details.ts';
import { findApplication } from '../../applications/application-store.ts';
import type { ApplicationStatus } from '../../keys/api-key.ts';
import { visibilityOf } from '../../keys/store/visibility.ts';
import { defaultLeakPolicy } from '../../leaks/leak-policy.ts';
import { auditDifference } from '../audit-difference.ts';
import { changeBy } from '../change.ts';
import { requireEtag } from '../etag.ts';
import { notFound } from '../not-found.ts';
import { onlyGiven } from '../only-given.ts';
import { requireBudget } from '../rules/budget.ts';
import { checkMetadata } from '../rules/metadata.ts';
import { badInput, optionalText, requireEmail, requireText, textLimits } from '../rules/text.ts';
import { checkPlan, checkThrottle } from '../rules/throttle.ts';
import type { AdministrationServices, Caller } from '../services.ts';
import { requireMintableApplication } from './application-reach.ts';
import type { ApplicationSettings } from './create-application.ts';
import { changeApplication } from './store-application.ts';

/** Absent (or `undefined`) keeps what is there, null clears it. */
export interface UpdateApplicationInput extends ApplicationSettings {
  readonly id: string;
  readonly etag?: string | undefined;
  readonly name?: string | null | undefined;
  readonly ownerName?: string | null | undefined;
  readonly ownerEmail?: string | null | undefined;
  /** DISABLED stops all its keys, ACTIVE lets them work again. */
  readonly status?: ApplicationStatus | null | undefined;
}

/**
 * Changes an application; its keys obey the new status, plan and throttle at once. Whoever enables it must be able to
 * mint the keys that work again then; disabling needs no ceiling.
 * @throws BAD_USER_INPUT, NOT_FOUND, ETAG_MISMATCH, PRIVILEGE_ESCALATION
 */
export async function updateApplication(
  services: AdministrationServices,
  caller: Caller,
  input: UpdateApplicationInput,
): Promise<ApplicationDetails> {
  const wanted = {
    name: kept('name', input.name, (text) => requireText('name', text, textLimits.name)),
    ownerName: kept('ownerName', input.ownerName, (text) => requireText('ownerName', text, textLimits.name)),
    ownerEmail: kept('ownerEmail', input.ownerEmail, (text) => requireEmail('ownerEmail', text)),
    note: optionalText('note', input.note, textLimits.note),
    externalId: optionalText('externalId', input.externalId, textLimits.externalId),
    metadata: checkMetadata(input.metadata),
    plan: checkPlan(input.plan, services.plans),
    throttle: checkThrottle(input.throttle),
    leakPolicy: input.leakPolicy === null ? defaultLeakPolicy : input.leakPolicy,
    status: kept('status', input.status, checkStatus),
  };
  return changeBy(services, caller, async (change) => {
    const { within, actor } = change;
    const before = await findApplication(within, input.id, visibilityOf(actor));
    if (!before || before.status === 'DELETED') throw notFound('application');
    requireEtag(before, input.etag);
    const given = onlyGiven(wanted);
    const difference = auditDifference({ ...before }, given);
    // Also when it is so already, which whoever could not make it so is not to learn.
    if (given.status === 'ACTIVE') await requireMintableApplication(services, change, before.id);
    if (given.plan !== undefined || given.throttle !== undefined) {
      requireBudget(actor, { type: actor.type, ...before, ...given }, services.plans);
    }
    if (!difference) return before;
    await changeApplication(change, before.id, given, { action: 'application.updated', ...difference });
    return (await findApplication(within, before.id, visibilityOf(actor))) ?? before;
  });
}

function checkStatus(status: ApplicationStatus): ApplicationStatus {
  if (status === 'DELETED')
    throw badInput('status', 'can be ACTIVE or DISABLED: deleteApplication ends an application');
  return status;
}

/** For fields that cannot be empty. */
function kept<Value extends string>(
  field: string,
  value: Value | null | undefined,
  check: (text: Value) => Value,
): Value | undefined {
  if (value === null) throw badInput(field, 'cannot be cleared');
  return value === undefined ? undefined : check(value);
}
