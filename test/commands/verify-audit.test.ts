import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../src/audit/audit-entry.ts';
import { recordAudit, takeAuditTurn } from '../../src/audit/record-audit.ts';
import { verifyAuditCommand } from '../../src/commands/audit/verify-audit-command.ts';
import type { Database } from '../../src/db/database.ts';
import { auditEvent } from '../../src/db/schema/index.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { openTestDatabase } from '../support/test-database.ts';

let database: Database;
let test: TestApp;
/** Everything that the table holds, to put it back. */
let rows: (typeof auditEvent.$inferSelect)[];

beforeAll(async () => {
  database = await openTestDatabase();
  test = await openTestApp({ overrides: { database } });
  // More than one page, with every kind of value that a change can hold.
  await test.createKey(['read:City'], { metadata: { z: [1.5, 'ü', { b: null, c: 1e21 }], a: '🗺' } });
  const actorKeyId = '0190a1b2-0000-7000-8000-000000000001';
  await database.transaction(async (within) => {
    await takeAuditTurn(within);
    await recordAudit(
      within,
      Array.from({ length: 110 }, (_, index) => change(actorKeyId, index)),
    );
  });
  rows = await database.queries.select().from(auditEvent);
});
afterAll(() => test.close());

beforeEach(async () => {
  await database.queries.execute(sql`TRUNCATE audit_event`);
  await database.queries.insert(auditEvent).values(rows);
  test.clock.advance(60_000);
});

function change(actorKeyId: string, index: number): AuditEntry {
  return {
    at: test.clock.now(),
    actorKeyId,
    actorAddress: '2001:db8::1',
    requestId: `r-${index}`,
    action: 'api_key.updated',
    targetType: 'ApiKey',
    targetId: actorKeyId,
    applicationId: undefined,
    before: { note: null },
    after: { note: `${index}` },
  };
}

/** Runs the command against the server, as its key file and its arguments would. */
async function verify(
  options: { arguments?: string[]; key?: string; files?: Record<string, string>; fetch?: typeof fetch } = {},
) {
  const files: Record<string, string> = {
    '.fieldpass/admin.key': `${options.key ?? test.adminKey}\n`,
    ...options.files,
  };
  const out: string[] = [];
  const err: string[] = [];
  const code = await verifyAuditCommand({
    arguments: options.arguments ?? [],
    environment: {},
    fetch: options.fetch ?? send,
    readFile: (path) => files[path] ?? missing(path),
    writeFile: (path, text) => void (path.startsWith('/') ? missing(path) : Object.assign(files, { [path]: text })),
    print: (line) => void out.push(line),
    complain: (line) => void err.push(line),
  });
  return { code, out: out.join('\n'), err: err.join('\n'), files };
}

const send: typeof fetch = (input, init) => test.app.fetch(new Request(input as string, init));

function missing(path: string): never {
  throw new Error(`there is no ${path}`);
}

interface Page {
  readonly nodes: readonly unknown[];
}

const middle = () => rows[60]?.seq ?? 0;
const last = () => rows.at(-1)?.seq ?? 0;

describe('audit:verify', () => {
  it('finds a chain intact, and exports its head', async () => {
    const { code, out, files } = await verify({ arguments: ['--export', 'head'] });
    expect([code, out]).toEqual([0, expect.stringContaining(`intact: ${rows.length} entries`)]);
    expect(out).toContain(`head ${files['head']?.trim()}`);
    expect(files['head']).toMatch(new RegExp(`^[0-9a-f]{64}:${last()}\\n$`));
    expect(await verify({ arguments: ['--head', 'head'], files })).toMatchObject({ code: 0 });
  });

  it.each<[string, Partial<typeof auditEvent.$inferInsert>]>([
    ['what changed', { after: { note: 'nothing to see here' } }],
    ['the actor', { actorKeyId: null }],
    ['the type of the target', { targetType: 'Application' }],
    ['the target', { targetId: 'not an id, but a text' }],
    ['the time', { at: 1 }],
    ['the hash', { hash: new Uint8Array(32) }],
  ])('finds that somebody edited %s', async (_, edit) => {
    await database.queries.update(auditEvent).set(edit).where(eq(auditEvent.seq, middle()));
    expect(await verify()).toMatchObject({ code: 1, err: expect.stringContaining(`broken at entry ${middle()}`) });
  });

  it('finds that somebody removed an entry', async () => {
    await database.queries.delete(auditEvent).where(eq(auditEvent.seq, middle()));
    expect(await verify()).toMatchObject({ code: 1, err: expect.stringContaining(`broken at entry ${middle() + 1}`) });
  });

  it('finds that somebody removed the beginning', async () => {
    await database.queries.delete(auditEvent).where(eq(auditEvent.seq, rows[0]?.seq ?? 0));
    expect((await verify()).code).toBe(1);
  });

  it('finds with an earlier head that somebody cut off the end', async () => {
    const { files } = await verify({ arguments: ['--export', 'head'] });
    await database.queries.delete(auditEvent).where(eq(auditEvent.seq, last()));
    test.clock.advance(60_000);
    expect((await verify()).code).toBe(0);
    const answer = await verify({ arguments: ['--head', files['head']?.trim() ?? ''] });
    expect(answer).toMatchObject({ code: 1, err: expect.stringContaining('cut off') });
  });

  it.each([
    ['keep without events', () => ({ nodes: [], pageInfo: { hasPreviousPage: true, startCursor: null } })],
    ['keep at one place', (page: Page) => ({ ...page, pageInfo: { hasPreviousPage: true, startCursor: 'here' } })],
  ])('ends when pages promise more and %s', async (_, changed) => {
    let pages = 0;
    const fetchPage: typeof fetch = async (input, init) => {
      const { query } = JSON.parse(String(init?.body));
      if (!query.includes('auditEvents')) return send(input, init);
      // Whatever is asked for, the first page; and in the end the truth, so that a reader without a bound ends too.
      const answer = await send(input, { ...init, body: JSON.stringify({ query, variables: { before: null } }) });
      const { data } = await answer.json();
      return Response.json({ data: { auditEvents: ++pages > 5 ? data.auditEvents : changed(data.auditEvents) } });
    };
    const { code, out, err } = await verify({ fetch: fetchPage });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('cannot be read to its end');
    expect(pages).toBeLessThanOrEqual(2);
  });

  it('does not call a chain edited whose head it could not write', async () => {
    const { code, err } = await verify({ arguments: ['--export', '/nowhere/head'] });
    expect([code, err]).toEqual([2, expect.stringContaining('there is no /nowhere/head')]);
  });

  it('does not call a chain edited when the answer is none of the management API', async () => {
    const { code, err } = await verify({ fetch: async () => Response.json({ data: { viewer: null }, errors: null }) });
    expect([code, err]).toEqual([2, expect.stringContaining('could not be verified')]);
  });

  it('says that a key of scope OWN cannot verify the whole', async () => {
    const { key } = await test.createKey(['*'], { type: 'MANAGEMENT' });
    expect(await verify({ key })).toMatchObject({ code: 2, out: '', err: expect.stringContaining('scope ALL') });
  });

  it.each([
    ['a key that is none', { key: 'nonsense' }, 'API_KEY_INVALID'],
    ['a key file that holds something else', { key: 'several\nlines' }, 'expected one line'],
    ['a head that is none', { arguments: ['--head', 'head'], files: { head: 'x' } }, '--head'],
    ['a key file that is not there', { arguments: ['--key-file', 'nowhere'] }, 'nowhere'],
    ['an option that there is not', { arguments: ['--fix'] }, '--fix'],
    ['another address', { arguments: ['--url', 'http://localhost:4000/graphql'] }, 'API_KEY_SERVICE_BLOCKED'],
  ])('does not verify with %s, and says so', async (_, options, message) => {
    expect(await verify(options)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(message) });
  });
});
