import type { auditEvent } from '../db/schema/index.ts';
import type { AuditEntry } from './audit-entry.ts';
import type { ChainLink } from './chain-verifier.ts';

export type AuditEventRow = typeof auditEvent.$inferSelect;

/** What was recorded, with its links. */
export function linkOfRow(row: AuditEventRow): ChainLink {
  return { seq: row.seq, prevHash: row.prevHash, hash: row.hash, entry: entryOfRow(row) };
}

function entryOfRow(row: AuditEventRow): AuditEntry {
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
