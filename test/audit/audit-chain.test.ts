import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/audit/audit-entry.ts';
import { canonicalJson } from '../../src/audit/canonical-json.ts';
import { formatHead, parseHead } from '../../src/audit/chain-verifier.ts';
import { recordAudit, takeAuditTurn } from '../../src/audit/record-audit.ts';
import { verifyAudit } from '../../src/audit/verify-audit.ts';
import type { Database } from '../../src/db/database.ts';
import { auditEvent } from '../../src/db/schema/index.ts';
import { openTestDatabase } from '../support/test-database.ts';

const entry = (targetId: string): AuditEntry => ({
  at: 1_764_000_000_123,
  actorKeyId: '0190a1b2-0000-7000-8000-000000000001',
  actorAddress: '2001:db8::1',
  requestId: 'r-1',
  action: 'api_key.updated',
  targetType: 'ApiKey',
  targetId,
  applicationId: undefined,
  before: { note: null, metadata: { z: 1, a: [1.5, 'ü', { y: true, b: null }] } },
  after: { note: 'Ünï 🗺', metadata: null },
});

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

beforeEach(async () => {
  await database.queries.execute(sql`TRUNCATE audit_event RESTART IDENTITY`);
  await append('a', 'b');
  for (const target of ['c', 'd']) await append(target);
});

function append(...targetIds: string[]): Promise<readonly number[]> {
  return database.transaction(async (within) => {
    await takeAuditTurn(within);
    return recordAudit(within, targetIds.map(entry));
  });
}

describe('the audit chain', () => {
  test('is intact as it was written, also by writers at the same moment', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, index) => append(`parallel ${index}`)));
    expect(await verifyAudit(database.queries)).toMatchObject({ kind: 'INTACT', entries: 14 });
  });

  test('is intact when it is empty', async () => {
    await database.queries.delete(auditEvent);
    expect(await verifyAudit(database.queries)).toMatchObject({ kind: 'INTACT', entries: 0 });
  });

  test.each<[string, Partial<typeof auditEvent.$inferInsert>]>([
    ['the actor', { actorKeyId: null }],
    ['the time', { at: 1_764_000_000_124 }],
    ['the target', { targetId: 'x' }],
    ['what changed', { after: { note: 'other' } }],
    ['the action', { action: 'api_key.enabled' }],
  ])('shows that somebody edited %s', async (_, edit) => {
    await database.queries.update(auditEvent).set(edit).where(eq(auditEvent.targetId, 'b'));
    expect(await verifyAudit(database.queries)).toMatchObject({ kind: 'BROKEN', seq: 2 });
  });

  test('shows that somebody removed an entry', async () => {
    await database.queries.delete(auditEvent).where(eq(auditEvent.targetId, 'b'));
    expect(await verifyAudit(database.queries)).toMatchObject({ kind: 'BROKEN', seq: 3 });
  });

  test('shows by its head that somebody cut off the end', async () => {
    const before = await verifyAudit(database.queries);
    await database.queries.delete(auditEvent).where(eq(auditEvent.targetId, 'd'));
    if (before.kind !== 'INTACT') throw new Error('the chain is broken');
    expect(await verifyAudit(database.queries, before.head)).toMatchObject({ kind: 'TRUNCATED', entries: 3 });
    expect(await verifyAudit(database.queries)).toMatchObject({ kind: 'INTACT', entries: 3 });
    await append('another');
    expect(await verifyAudit(database.queries, before.head)).toMatchObject({ kind: 'TRUNCATED', entries: 4 });
  });
});

test('a head is read as it is written, and nothing else is', () => {
  const head = { seq: 7, hash: new Uint8Array(32).fill(9) };
  expect(parseHead(`${formatHead(head)}\n`)).toEqual({ seq: 7, hash: Buffer.from(head.hash) });
  for (const text of ['', '09:7', formatHead(head).slice(1), `${formatHead(head)}x`]) {
    expect(parseHead(text)).toBeUndefined();
  }
});

test('canonical JSON does not depend on the order of members, and leaves absent ones out', () => {
  expect(canonicalJson({ b: [1, undefined, { d: null, c: undefined }], a: 'x' })).toBe(
    '{"a":"x","b":[1,null,{"d":null}]}',
  );
  expect(canonicalJson({ a: 'x', b: [1, null, { d: null }] })).toBe(
    canonicalJson({ b: [1, undefined, { d: null }], a: 'x' }),
  );
});
