import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../../src/audit/verify-audit.ts';
import { recoverAdminCommand } from '../../src/commands/recover/recover-admin-command.ts';
import { lockDataDirectory } from '../../src/db/data-directory-lock.ts';
import type { Database } from '../../src/db/database.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { openTestDatabase } from '../support/test-database.ts';

const folder = mkdtempSync(join(tmpdir(), 'recover-'));
const KEY_PEPPER = '07'.repeat(32);
let database: Database;
let test: TestApp;
beforeAll(async () => {
  database = await openTestDatabase();
  test = await openTestApp({ overrides: { database }, environment: { KEY_PEPPER } });
});
afterAll(async () => {
  await test.close();
  rmSync(folder, { recursive: true });
});

/** As a command beside the server, with the database that the server has. */
async function recover(environment: Record<string, string>, opened?: Database) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await recoverAdminCommand({
    environment: { DATA_DIR: folder, ...environment },
    readFile: () => '',
    print: (line) => void out.push(line),
    complain: (line) => void err.push(line),
    clock: test.clock,
    ...(opened && { open: async () => ({ ...opened, close: async () => {} }) }),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const self = '{ viewer { apiKey { id } application { id } } }';

describe('admin:recover', () => {
  it('makes a key like the first one, which works at once, and says so in the audit log', async () => {
    const { body } = await test.management(test.adminKey, self);
    const { apiKey, application } = body.data.viewer;
    await test.management(
      test.adminKey,
      `mutation { revokeApiKey(input: { id: "${apiKey.id}" }) { livingDescendants } }`,
    );
    expect((await test.management(test.adminKey, self)).codes).toEqual(['API_KEY_REVOKED']);

    const { code, out, err } = await recover({ KEY_PEPPER }, database);
    expect([code, out]).toEqual([0, expect.stringMatching(/^fieldpass_live_\w{51}$/)]);
    expect(err).toContain('shown once');
    expect(err).not.toContain(out);
    const answer = await test.management(
      out,
      `{ viewer { apiKey { name } application { id } }
         auditEvents(first: 1) { nodes { action actorId after } }
         apiKeys(filter: { status: ACTIVE, type: MANAGEMENT }) { nodes { applicationScope privileges grantable expiresAt } } }`,
    );
    expect(answer.body.data).toMatchObject({
      viewer: { apiKey: { name: 'Recovered management key' }, application },
      auditEvents: {
        nodes: [
          { action: 'api_key.created', actorId: null, after: { note: expect.stringContaining('admin:recover') } },
        ],
      },
      apiKeys: { nodes: [{ applicationScope: 'ALL', privileges: ['*'], grantable: ['*'], expiresAt: null }] },
    });
    expect((await verifyAudit(database.queries)).kind).toBe('INTACT');
  });

  it('shows a key that was made also when the database cannot be closed', async () => {
    const out: string[] = [];
    const world = { environment: { DATA_DIR: folder, KEY_PEPPER }, readFile: () => '', clock: test.clock };
    const close = () => Promise.reject(new Error('the disk is full'));
    const command = recoverAdminCommand({
      ...world,
      print: (line) => void out.push(line),
      complain: () => {},
      open: async () => ({ ...database, close }),
    });
    await expect(command).rejects.toThrow('the disk is full');
    expect((await test.management(out.join(), self)).codes).toEqual([]);
  });

  it('works when the application of the administrators was disabled', async () => {
    const { out: first } = await recover({ KEY_PEPPER }, database);
    const { body } = await test.management(first, self);
    const { id } = body.data.viewer.application;
    await test.management(
      first,
      `mutation { updateApplication(input: { id: "${id}", status: DISABLED }) { application { id } } }`,
    );
    expect((await test.management(first, self)).codes).toEqual(['API_KEY_DISABLED']);
    const { out: second } = await recover({ KEY_PEPPER }, database);
    expect((await test.management(second, self)).codes).toEqual([]);
    const enable = `mutation { updateApplication(input: { id: "${id}", status: ACTIVE }) { application { status } } }`;
    expect((await test.management(second, enable)).body.data.updateApplication.application.status).toBe('ACTIVE');
    expect((await test.management(first, self)).codes).toEqual([]);
  });

  it('needs the pepper of the server', async () => {
    const { code, out, err } = await recover({ KEY_PEPPER: '08'.repeat(32) }, database);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining('KEY_PEPPER')]);
  });

  it('says that no server ever started', async () => {
    const empty = await openTestDatabase();
    const { code, err } = await recover({ KEY_PEPPER }, empty);
    expect([code, err]).toEqual([2, expect.stringContaining('the first start makes the first key')]);
    await empty.close();
  });

  it('makes no database where there is none', async () => {
    const { code, err } = await recover({ DATA_DIR: join(folder, 'elsewhere') });
    expect([code, err]).toEqual([2, expect.stringContaining('there is no database')]);
  });

  it('says that a running server has the embedded database', async () => {
    const dataDir = join(folder, 'used');
    mkdirSync(join(dataDir, 'database'), { recursive: true });
    const lock = lockDataDirectory(dataDir);
    const { code, out, err } = await recover({ DATA_DIR: dataDir });
    lock.release();
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/Another Fieldpass process \(pid \d+\).*stop the server/);
  });
});
