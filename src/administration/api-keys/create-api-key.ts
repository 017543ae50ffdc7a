import type { ApplicationDetails } from '../../applications/application-details.ts';
import { findApplication } from '../../applications/application-store.ts';
import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { findApiKey } from '../../keys/store/find-api-keys.ts';
import { visibilityOf } from '../../keys/store/visibility.ts';
import { type ActorChange, changeBy } from '../change.ts';
import { earlierResult } from '../idempotency.ts';
import { notFound } from '../not-found.ts';
import type { AdministrationServices, Caller } from '../services.ts';
import type { CreateApiKeyInput } from './api-key-input.ts';
import { describeKey } from './describe-key.ts';
import { insertKey } from './insert-key.ts';
import { rolesFor } from './key-roles.ts';
import { requireMintable, timedKey } from './wanted-key.ts';

export interface CreatedApiKey {
  readonly apiKey: ApiKeyDetails;
  /** The key's text, this once; `undefined` when an earlier call with the same idempotency key made it. */
  readonly key: string | undefined;
}

/**
 * Creates a key of an application.
 * @throws BAD_USER_INPUT, PRIVILEGE_INVALID, NOT_FOUND, VALIDITY_OUT_OF_BOUNDS, PRIVILEGE_ESCALATION, IDEMPOTENCY_KEY_REUSED
 */
export async function createApiKey(
  services: AdministrationServices,
  caller: Caller,
  input: CreateApiKeyInput,
): Promise<CreatedApiKey> {
  const described = describeKey(services, input);
  return changeBy(services, caller, async (change) => {
    const id = services.makeId();
    const earlier = await earlierResult(change, 'createApiKey', input, id);
    if (earlier !== undefined) return { apiKey: await created(change, earlier), key: undefined };
    const owner = await ownerOf(change, input.applicationId);
    const roles = await rolesFor(change, input.roleIds ?? [], input.type);
    const newKey = timedKey(services, change, { id, input, described, owner, roles });
    requireMintable(services, change, newKey, roles);
    const key = await insertKey(services, change, newKey);
    return { apiKey: await created(change, id), key };
  });
}

/** The application that new keys shall have; NOT_FOUND when the actor may not see it, or it is deleted. */
export async function ownerOf({ within, actor }: ActorChange, applicationId: string): Promise<ApplicationDetails> {
  const application = await findApplication(within, applicationId, visibilityOf(actor));
  if (!application || application.status === 'DELETED') throw notFound('application');
  return application;
}

async function created({ within, actor }: ActorChange, id: string): Promise<ApiKeyDetails> {
  const key = await findApiKey(within, id, visibilityOf(actor));
  if (!key) throw notFound('API key');
  return key;
}
