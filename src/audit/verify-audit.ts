import { asc, gt } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { auditEvent } from '../db/schema/index.ts';
import { linkOfRow } from './audit-event.ts';
import { type AuditVerdict, type ChainHead, createChainVerifier } from './chain-verifier.ts';

const pageSize = 1000;

/** Walks the whole chain in the database. A cut-off tail is only found with a head that was kept elsewhere. */
export async function verifyAudit(queries: Queries, known?: ChainHead): Promise<AuditVerdict> {
  const verifier = createChainVerifier(known);
  let seq = 0;
  for (;;) {
    const page = await queries
      .select()
      .from(auditEvent)
      .where(gt(auditEvent.seq, seq))
      .orderBy(asc(auditEvent.seq))
      .limit(pageSize);
    for (const row of page) if (!verifier.add(linkOfRow(row))) return verifier.verdict();
    if (page.length < pageSize) return verifier.verdict();
    seq = page.at(-1)?.seq ?? seq;
  }
}
