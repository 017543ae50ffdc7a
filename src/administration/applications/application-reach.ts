import { listApiKeys } from '../../keys/store/list-api-keys.ts';
import type { ActorChange } from '../change.ts';
import { ceilingOnce } from '../rules/ceiling-once.ts';
import type { AdministrationServices } from '../services.ts';

const pageSize = 500;

/**
 * What enabling a disabled application lets loose: every key of it that would work then. The actor must be able to mint
 * each of them.
 * @throws PRIVILEGE_ESCALATION
 */
export async function requireMintableApplication(
  { schemas }: AdministrationServices,
  { within, actor, now }: ActorChange,
  applicationId: string,
): Promise<void> {
  const requireMintable = ceilingOnce(actor, schemas);
  for (const status of ['ACTIVE', 'PENDING'] as const) {
    const selection = { filter: { applicationId, status }, visibility: 'ALL', now } as const;
    let last: string | undefined;
    for (;;) {
      const after = last === undefined ? undefined : { key: [last], inclusive: false };
      const request = { after, before: undefined, limit: pageSize, backward: false };
      const keys = await listApiKeys(within, selection, { field: 'ID', direction: 'ASC' }, request);
      for (const key of keys) requireMintable(key);
      last = keys.at(-1)?.id;
      if (keys.length < pageSize) break;
    }
  }
}
