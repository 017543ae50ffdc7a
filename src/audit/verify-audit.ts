import { asc, gt } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { auditEvent } from '../db/schema/index.ts';
import type { AuditEntry } from './audit-entry.ts';
import { auditHash, chainStart } from './audit-hash.ts';

export type AuditVerdict =
  | { readonly kind: 'INTACT'; readonly entries: number; readonly head: Uint8Array }
  /** The first entry whose hash or place is not what the chain demands. */
  | { readonly kind: 'BROKEN'; readonly seq: number };

const pageSize = 1000;

/** Walks the whole chain. A cut-off tail is only found by comparing `head` with one that was kept elsewhere. */
export async function verifyAudit(queries: Queries): Promise<AuditVerdict> {
  let previous = chainStart;
  let seq = 0;
  let entries = 0;
  for (;;) {
    const page = await queries
      .select()
      .from(auditEvent)
      .where(gt(auditEvent.seq, seq))
      .orderBy(asc(auditEvent.seq))
      .limit(pageSize);
    for (const row of page) {
      const expected = auditHash(previous, entryOf(row));
      if (!sameBytes(row.prevHash, previous) || !sameBytes(row.hash, expected)) return { kind: 'BROKEN', seq: row.seq };
      previous = row.hash;
      seq = row.seq;
    }
    entries += page.length;
    if (page.length < pageSize) return { kind: 'INTACT', entries, head: previous };
  }
}

function entryOf(row: typeof auditEvent.$inferSelect): AuditEntry {
  return {
    at: row.at,
    actorKeyId: row.actorKeyId ?? undefined,
    actorAddress: row.actorAddress ?? undefined,
    requestId: row.requestId ?? undefined,
    action: row.action as AuditEntry['action'],
    targetType: row.targetType as AuditEntry['targetType'],
    targetId: row.targetId,
    applicationId: row.applicationId ?? undefined,
    before: (row.before as AuditEntry['before'] | null) ?? undefined,
    after: (row.after as AuditEntry['after'] | null) ?? undefined,
  };
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.from(left).equals(right);
}
