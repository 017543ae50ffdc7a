import { createHmac } from 'node:crypto';
import type { Peppers } from './secret-hash.ts';

/**
 * 32 bytes for another purpose (authenticating cursors, say), the same on every instance and of no use for keys. They
 * change with the current pepper.
 */
export function deriveSecret(peppers: Peppers, purpose: string): Uint8Array {
  return createHmac('sha256', peppers.current.bytes).update(`fieldpass secret for ${purpose}`).digest();
}
