import { apiKey, apiKeySecret } from '../db/schema/index.ts';
import type { ApiKeyEnvironment, ApiKeyType, ApplicationScope, ThrottleOverride } from '../keys/api-key.ts';
import type { JsonObject } from '../keys/store/api-key-details.ts';
import { formatToken, generateToken, type KeyToken, redactToken } from '../keys/token/key-token.ts';
import { digestOf, hashDigest } from '../keys/token/secret-hash.ts';
import type { Change } from './change.ts';
import type { AdministrationServices } from './services.ts';

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
  readonly plan: string | null;
  readonly throttle: ThrottleOverride | null;
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
  const text = formatToken(token);
  const pepper = services.peppers.current;
  const { privileges, grantable, ...columns } = key;
  await within.insert(apiKey).values({
    ...columns,
    privileges: [...privileges],
    grantable: grantable && [...grantable],
    publicId: token.publicId,
    createdAt: now,
    updatedAt: now,
  });
  await within.insert(apiKeySecret).values({
    id: services.makeId(),
    apiKeyId: key.id,
    hash: hashDigest(digestOf(text), pepper),
    pepperVersion: pepper.version,
    redacted: redactToken(token),
    status: 'ACTIVE',
    createdAt: now,
    activatedAt: now,
  });
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
