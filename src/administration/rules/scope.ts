import { codedError } from '../../kernel/errors.ts';
import type { ApiKeyRecord } from '../../keys/api-key.ts';

/** Some acts reach beyond one application; only keys that act on all of them may. */
export function requireScopeAll(actor: ApiKeyRecord, act: string): void {
  if (actor.applicationScope === 'ALL') return;
  throw codedError('PRIVILEGE_ESCALATION', `Only a key with applicationScope ALL can ${act}.`, {
    rules: ['applicationScope: ALL'],
  });
}
