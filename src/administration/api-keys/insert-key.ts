import { apiKey } from '../../db/schema/index.ts';
import type {
  ApiKeyEnvironment,
  ApiKeyRestrictions,
  ApiKeyType,
  ApplicationScope,
  Enforcement,
  OnDenied,
  ThrottleOverride,
} from '../../keys/api-key.ts';
import type { JsonObject } from '../../keys/store/api-key-details.ts';
import { generateToken, type KeyToken } from '../../keys/token/key-token.ts';
import type { Change } from '../change.ts';
import type { AdministrationServices } from '../services.ts';
import { issueSecret } from './issue-secret.ts';
import { storeRoles } from './key-roles.ts';

/** Columns of a key that is about to exist; every rule was checked. */
export interface NewKey {
  readonly id: string;
  readonly applicationId: string;
  readonly name: string;
  readonly type: ApiKeyType;
  readonly environment: ApiKeyEnvironment;
  readonly applicationScope: ApplicationScope;
  readonly privileges: readonly string[];
  readonly grantable: readonly string[] | null;
  /** Of the key's own type. */
  readonly roleIds: readonly string[];
  /** REJECT by default. */
  readonly onDenied?: OnDenied;
  readonly enforcement?: Enforcement | null;
  readonly plan: string | null;
  readonly throttle: ThrottleOverride | null;
  readonly restrictions?: ApiKeyRestrictions | null;
  readonly expiresAt: number | null;
  readonly notBefore: number | null;
  readonly note: string | null;
  readonly externalId: string | null;
  readonly metadata: JsonObject | null;
  /** The key that makes it; null when none does. */
  readonly createdBy: string | null;
}

/**
 * Stores a key and its first secret, and answers the key's text: the only moment at which it exists here. `token` is
 * given when somebody else chose it.
 */
export async function insertKey(
  services: AdministrationServices,
  change: Change,
  key: NewKey,
  token: KeyToken = generateToken(services.keyPrefix, key.environment, services.random),
): Promise<string> {
  const { within, now } = change;
  await within.insert(apiKey).values(rowOfNewKey(key, token.publicId, now));
  await storeRoles(change, key.id, key.roleIds);
  const text = await issueSecret(services, change, { apiKeyId: key.id, status: 'ACTIVE', activatedAt: now }, token);
  // The id may be known as one that does not exist.
  change.touchKeys(token.publicId);
  change.record({
    action: 'api_key.created',
    targetType: 'ApiKey',
    targetId: key.id,
    applicationId: key.applicationId,
    before: undefined,
    after: { ...key, publicId: token.publicId },
  });
  return text;
}

export function rowOfNewKey(
  { privileges, grantable, roleIds: _stored, ...columns }: NewKey,
  publicId: string,
  now: number,
): typeof apiKey.$inferInsert {
  return {
    ...columns,
    privileges: [...privileges],
    grantable: grantable && [...grantable],
    publicId,
    createdAt: now,
    updatedAt: now,
  };
}
