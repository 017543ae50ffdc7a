import { codedError } from '../../kernel/errors.ts';
import type { Caller } from '../services.ts';

/** The former secret of a rotated key ends the key that it is of, and no other: whoever found it shall do no harm with it. */
export function requireOwnWhenRetiring({ key, secretStatus }: Caller, ids: readonly string[]): void {
  if (secretStatus !== 'RETIRING' || ids.every((id) => id === key.id)) return;
  const message = 'The key was rotated. Its former secret can only disable or revoke the key itself: use the new one.';
  throw codedError('API_KEY_SERVICE_BLOCKED', message);
}
