import { createHash } from 'node:crypto';
import type { AuditEntry } from './audit-entry.ts';
import { canonicalJson } from './canonical-json.ts';

/** Stands before the first entry. */
export const chainStart: Uint8Array = new Uint8Array(32);

/** SHA-256 over the hash of the entry before and the canonical JSON of this one, so that no entry can be changed alone. */
export function auditHash(previous: Uint8Array, entry: AuditEntry): Uint8Array {
  return createHash('sha256').update(previous).update(canonicalJson(entry), 'utf8').digest();
}
