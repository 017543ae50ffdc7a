import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { listApiKeys } from '../../keys/store/list-api-keys.ts';
import { idsOf } from '../api-keys/key-roles.ts';
import type { ActorChange } from '../change.ts';
import { type KeyStrength, requireCeiling } from '../rules/ceiling.ts';
import type { AdministrationServices } from '../services.ts';

const pageSize = 500;

/**
 * What enabling a disabled application lets loose: every key of it that would work then. The actor must be able to mint
 * each of them; keys of the same strength are judged once.
 * @throws PRIVILEGE_ESCALATION
 */
export async function requireMintableApplication(
  { schemas }: AdministrationServices,
  { within, actor, now }: ActorChange,
  applicationId: string,
): Promise<void> {
  const judged = new Set<string>();
  for (const status of ['ACTIVE', 'PENDING'] as const) {
    const selection = { filter: { applicationId, status }, visibility: 'ALL', now } as const;
    let last: string | undefined;
    for (;;) {
      const after = last === undefined ? undefined : { key: [last], inclusive: false };
      const request = { after, before: undefined, limit: pageSize, backward: false };
      const keys = await listApiKeys(within, selection, { field: 'ID', direction: 'ASC' }, request);
      for (const key of keys) {
        const strength = strengthOf(key);
        if (judged.has(strength)) continue;
        requireCeiling(actor, key, schemas);
        judged.add(strength);
      }
      last = keys.at(-1)?.id;
      if (keys.length < pageSize) break;
    }
  }
}

/** Everything that the ceiling looks at, as one text. */
function strengthOf(key: ApiKeyDetails): string {
  const { type, applicationScope, privileges, grantable, restrictions, enforcement } = key satisfies KeyStrength;
  // Only of management keys the end and the restrictions count.
  const bounds = type === 'MANAGEMENT' ? [key.expiresAt, restrictions] : [];
  return JSON.stringify([type, applicationScope, privileges, idsOf(key.roles), grantable, enforcement, bounds]);
}
