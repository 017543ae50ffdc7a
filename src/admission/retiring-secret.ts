import { codedError } from '../kernel/errors.ts';
import type { ApiKeyType, KeySecretRecord } from '../keys/api-key.ts';
import type { RestrictedOperation } from '../restrictions/judge-operation.ts';
import { passed, refused, type Verdict } from './verdict.ts';

/** Mutations that end the calling key itself; the use cases see to it that it is that key. */
const selfEnding: ReadonlySet<string> = new Set(['disableApiKey', 'revokeApiKey']);

/**
 * Step 8: whoever stole the old secret of a management key must not be able to use its grace; its owner has the new one.
 * It reads nothing either, so the answer that it may ask for is that of an urgent operation.
 * Keys of the protected API use both.
 */
export function judgeRetiringSecret(
  type: ApiKeyType,
  { status }: Pick<KeySecretRecord, 'status'>,
  operation: RestrictedOperation,
): Verdict {
  if (type !== 'MANAGEMENT' || status !== 'RETIRING') return passed;
  if (operation.isUrgent && operation.rootFields.every((name) => selfEnding.has(name))) return passed;
  const message =
    'The key was rotated. Its former secret can only disable or revoke the key itself, and of the answer read id, status and receipt: use the new one.';
  return refused('BLOCKED', [codedError('API_KEY_SERVICE_BLOCKED', message)]);
}
