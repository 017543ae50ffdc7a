import type { ApiKeyRecord } from '../../keys/api-key.ts';
import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { idsOf } from '../api-keys/key-roles.ts';
import type { AdministrationServices } from '../services.ts';
import { type KeyStrength, requireCeiling, type Said } from './ceiling.ts';

/**
 * `requireCeiling` for many keys of one change: those of the same strength, which most are, are judged once, since
 * judging blocks everything else. A role must have the same rules in all of them.
 */
export function ceilingOnce(
  issuer: ApiKeyRecord,
  schemas: AdministrationServices['schemas'],
  said: Said = {},
): (key: ApiKeyDetails) => void {
  const judged = new Set<string>();
  return (key) => {
    const strength = strengthOf(key);
    if (judged.has(strength)) return;
    requireCeiling(issuer, key, schemas, said);
    judged.add(strength);
  };
}

/** Everything that the ceiling looks at, as one text. */
function strengthOf(key: ApiKeyDetails): string {
  const { type, applicationScope, privileges, grantable, restrictions, enforcement } = key satisfies KeyStrength;
  // Only of management keys the end and the restrictions count.
  const bounds = type === 'MANAGEMENT' ? [key.expiresAt, restrictions] : [];
  return JSON.stringify([type, applicationScope, privileges, idsOf(key.roles), grantable, enforcement, bounds]);
}
