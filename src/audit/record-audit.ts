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

/** A statement has at most 65,535 parameters. */
const batchSize = 1000;

/**
 * Appends entries to the chain, only ever inside the transaction of the change that they describe (both are there, or
 * neither), and after `takeAuditTurn`: so the numbers are in the order of commits. Answers their numbers.
 */
export async function recordAudit(within: Queries, entries: readonly AuditEntry[]): Promise<readonly number[]> {
  if (entries.length === 0) return [];
  const [last] = await within.select({ hash: auditEvent.hash }).from(auditEvent).orderBy(desc(auditEvent.seq)).limit(1);
  let prevHash = last?.hash ?? chainStart;
  const rows = entries.map((entry) => {
    const row = { ...entry, prevHash, hash: auditHash(prevHash, entry) };
    prevHash = row.hash;
    return row;
  });
  const numbers: number[] = [];
  for (let start = 0; start < rows.length; start += batchSize) {
    // The numbers are given out in the order of the rows.
    const made = await within
      .insert(auditEvent)
      .values(rows.slice(start, start + batchSize))
      .returning({ seq: auditEvent.seq });
    numbers.push(...made.map(({ seq }) => seq));
  }
  return numbers;
}
