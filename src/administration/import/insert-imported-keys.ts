import { apiKey, apiKeySecret, keyRole } from '../../db/schema/index.ts';
import { type NewKey, rowOfNewKey } from '../api-keys/insert-key.ts';
import type { Change } from '../change.ts';
import type { AdministrationServices } from '../services.ts';
import type { ImportedSecret } from './imported-secret.ts';

export interface ImportedKey {
  readonly key: NewKey;
  readonly secret: ImportedSecret;
}

/** A statement has at most 65,535 parameters; a key has some thirty. */
const batchSize = 500;

/** Stores keys with the secrets that they have elsewhere; every rule was checked. */
export async function insertImportedKeys(
  services: AdministrationServices,
  change: Change,
  imported: readonly ImportedKey[],
): Promise<void> {
  const { within, now } = change;
  for (let start = 0; start < imported.length; start += batchSize) {
    const batch = imported.slice(start, start + batchSize);
    await within.insert(apiKey).values(batch.map(({ key, secret }) => rowOfNewKey(key, secret.publicId, now)));
    const roles = batch.flatMap(({ key }) => key.roleIds.map((roleId) => ({ apiKeyId: key.id, roleId })));
    if (roles.length > 0) await within.insert(keyRole).values(roles);
    await within.insert(apiKeySecret).values(
      batch.map(({ key, secret: { hash, pepperVersion, redacted } }) => ({
        id: services.makeId(),
        apiKeyId: key.id,
        hash,
        pepperVersion,
        redacted,
        status: 'ACTIVE' as const,
        createdAt: now,
        activatedAt: now,
      })),
    );
  }
  // A public id that was made here is known nowhere: one of them tells the others that there are new keys.
  change.touchKeys(...imported.filter(({ secret }, index) => secret.isOurs || index === 0).map(publicIdOf));
  for (const { key, secret } of imported) {
    change.record({
      action: 'api_key.imported',
      targetType: 'ApiKey',
      targetId: key.id,
      applicationId: key.applicationId,
      before: undefined,
      after: { ...key, publicId: secret.publicId },
    });
  }
}

function publicIdOf({ secret }: ImportedKey): string {
  return secret.publicId;
}
