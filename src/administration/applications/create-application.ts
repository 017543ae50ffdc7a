import type { ApplicationDetails } from '../../applications/application-details.ts';
import { findApplication } from '../../applications/application-store.ts';
import type { LeakPolicy, ThrottleOverride } from '../../keys/api-key.ts';
import { visibilityOf } from '../../keys/store/visibility.ts';
import { defaultLeakPolicy } from '../../leaks/leak-policy.ts';
import { changeBy } from '../change.ts';
import { earlierResult } from '../idempotency.ts';
import { notFound } from '../not-found.ts';
import { checkMetadata } from '../rules/metadata.ts';
import { requireScopeAll } from '../rules/scope.ts';
import { optionalText, requireEmail, requireText, textLimits } from '../rules/text.ts';
import { checkPlan, checkThrottle } from '../rules/throttle.ts';
import type { AdministrationServices, Caller } from '../services.ts';
import { insertApplication } from './store-application.ts';

/** What can be said of an application when it is made, and changed later: left out, the default or as it is. Null clears. */
export interface ApplicationSettings {
  readonly note?: string | null | undefined;
  readonly externalId?: string | null | undefined;
  readonly metadata?: unknown;
  readonly plan?: string | null | undefined;
  readonly throttle?: ThrottleOverride | null | undefined;
  /** DISABLE by default. */
  readonly leakPolicy?: LeakPolicy | null | undefined;
}

export interface CreateApplicationInput extends ApplicationSettings {
  readonly name: string;
  readonly ownerName: string;
  readonly ownerEmail: string;
  readonly idempotencyKey?: string | undefined;
}

/**
 * Creates an application. Only keys whose scope is all applications may.
 * @throws BAD_USER_INPUT, PRIVILEGE_ESCALATION, IDEMPOTENCY_KEY_REUSED
 */
export async function createApplication(
  services: AdministrationServices,
  caller: Caller,
  input: CreateApplicationInput,
): Promise<ApplicationDetails> {
  const values = {
    name: requireText('name', input.name, textLimits.name),
    ownerName: requireText('ownerName', input.ownerName, textLimits.name),
    ownerEmail: requireEmail('ownerEmail', input.ownerEmail),
    note: optionalText('note', input.note ?? null, textLimits.note),
    externalId: optionalText('externalId', input.externalId ?? null, textLimits.externalId),
    metadata: checkMetadata(input.metadata) ?? null,
    plan: checkPlan(input.plan ?? null, services.plans),
    throttle: checkThrottle(input.throttle ?? null),
    leakPolicy: input.leakPolicy ?? defaultLeakPolicy,
  };
  return changeBy(services, caller, async (change) => {
    const { within, actor } = change;
    requireScopeAll(actor, 'create applications');
    const id = services.makeId();
    const earlier = await earlierResult(change, 'createApplication', input, id);
    if (earlier === undefined) await insertApplication(change, id, values);
    const created = await findApplication(within, earlier ?? id, visibilityOf(actor));
    if (!created) throw notFound('application');
    return created;
  });
}
