import { desc, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { auditEvent } from '../db/schema/index.ts';
import type { AuditEntry } from './audit-entry.ts';
import { auditHash, chainStart } from './audit-hash.ts';

/** Advisory lock of whoever appends to the chain; any constant that nobody else uses. */
const chainLock = 7_021_164_519;

/** Makes all other writers of the chain, on every instance, wait until this transaction ends. */
export async function takeAuditTurn(within: Queries): Promise<void> {
  await within.execute(sql`SELECT pg_advisory_xact_lock(${chainLock})`);
}

/**
 * Appends an entry to the chain, only ever inside the transaction of the change that it describes (both are there, or
 * neither), and after `takeAuditTurn`: so the numbers are in the order of commits. Answers the entry's number.
 */
export async function recordAudit(within: Queries, entry: AuditEntry): Promise<number> {
  const [last] = await within.select({ hash: auditEvent.hash }).from(auditEvent).orderBy(desc(auditEvent.seq)).limit(1);
  const prevHash = last?.hash ?? chainStart;
  const [row] = await within
    .insert(auditEvent)
    .values({ ...entry, prevHash, hash: auditHash(prevHash, entry) })
    .returning({ seq: auditEvent.seq });
  if (!row) throw new Error('an audit entry was inserted and not returned');
  return row.seq;
}
