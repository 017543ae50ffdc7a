import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/db/database.ts';
import { apiKeySecret } from '../../../src/db/schema/index.ts';
import { openPeppers } from '../../../src/keys/open-peppers.ts';
import { type IssuedKey, openTestApp, type TestApp } from '../../support/test-app.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { stoppedClock } from '../support.ts';

const former = '07'.repeat(32);
const current = '08'.repeat(32);
const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

let database: Database;
/** One server after the other on the same database. */
let servers: TestApp[] = [];
let admin = '';

async function start(KEY_PEPPER: string): Promise<TestApp> {
  const shared = { ...database, close: async () => {} };
  const server = await openTestApp({ environment: { KEY_PEPPER }, overrides: { database: shared } });
  servers.push(server);
  admin ||= server.adminKey;
  return server;
}

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await database.close();
});

/** When the servers have closed, what they did beside requests is done. */
async function versions(...keys: readonly IssuedKey[]): Promise<number[]> {
  for (const server of servers) await server.close();
  servers = [];
  return Promise.all(
    keys.map(async ({ id }) => {
      const apiKeyId = Buffer.from(id, 'base64').toString().split(':')[1] ?? '';
      const [row] = await database.queries.select().from(apiKeySecret).where(eq(apiKeySecret.apiKeyId, apiKeyId));
      return row?.pepperVersion ?? 0;
    }),
  );
}

const works = async (server: TestApp, key: string) =>
  (await server.graphql(key, '{ viewer { apiKey { name } } }')).codes;
const hygiene = '{ hygiene(kinds: [OLD_PEPPER]) { totalCount nodes { apiKey { id } } } }';

describe('a new pepper', () => {
  test('is taken by each secret with its next use, and only by one that was proved', async () => {
    const before = await start(former);
    const used = await before.createKey([]);
    const idle = await before.createKey([]);
    expect(await versions(used, idle)).toEqual([1, 1]);

    const rotating = await start(`${current},${former}`);
    const made = await createWith(rotating);
    const wrong = `${idle.key.slice(0, -8)}00000000`;
    expect(await works(rotating, used.key)).toEqual([]);
    expect(await works(rotating, wrong)).toEqual(['API_KEY_INVALID']);
    expect(await versions(used, idle, made)).toEqual([2, 1, 2]);

    const later = await start(`${current},${former}`);
    for (const key of [used, idle, made]) expect(await works(later, key.key)).toEqual([]);
    expect(await versions(used, idle, made)).toEqual([2, 2, 2]);
  });

  test('is reported where it is missing, and the former one cannot go before', async () => {
    const server = await start(`${former},${current}`);
    const idle = await createWith(server);
    await createInDeletedApplication(server);
    expect(await versions(idle)).toEqual([1]);

    const rotating = await start(`${current},${former}`);
    const { body } = await rotating.management(admin, hygiene);
    // The key that asks moved with its question; the demo key was never used.
    expect(body.data.hygiene.nodes).toContainEqual({ apiKey: { id: idle.id } });
    expect(body.data.hygiene.totalCount).toBe(2);
    await expect(openPeppers(database, [bytes(current)], stoppedClock(rotating.clock.now()))).rejects.toThrow(
      /KEY_PEPPER lacks a former pepper that 2 living secrets/,
    );

    const nodes: { apiKey: { id: string } }[] = body.data.hygiene.nodes;
    for (const { apiKey } of nodes) {
      await rotating.management(
        admin,
        'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { livingDescendants } }',
        {
          id: apiKey.id,
        },
      );
    }
    expect((await rotating.management(admin, hygiene)).body.data.hygiene.totalCount).toBe(0);
    const alone = await openPeppers(database, [bytes(current)], stoppedClock(rotating.clock.now()));
    expect(alone.all.map(({ version }) => version)).toEqual([2]);
  });

  test('is not taken back by an instance that still has the former one first', async () => {
    const rotating = await start(`${current},${former}`);
    const moved = await createWith(rotating);
    expect(await versions(moved)).toEqual([2]);
    const behind = await start(`${former},${current}`);
    expect(await works(behind, moved.key)).toEqual([]);
    expect(await versions(moved)).toEqual([2]);
  });
});

/** A key whose application has ended needs no pepper. */
async function createInDeletedApplication(server: TestApp): Promise<void> {
  const ask = async (document: string, variables: object) => {
    const { body } = await server.management(admin, document, variables);
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    return body.data;
  };
  const owner = { name: 'Gone', ownerName: 'Ada', ownerEmail: 'ada@example.com' };
  const { createApplication } = await ask(
    'mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } } }',
    { input: owner },
  );
  const { id } = createApplication.application;
  await ask(
    'mutation ($id: ID!) { createApiKey(input: { applicationId: $id, name: "k", privileges: [] }) { apiKey { id } } }',
    { id },
  );
  await ask('mutation ($id: ID!) { deleteApplication(input: { id: $id }) { application { id } } }', { id });
}

/** Later servers know no text of the first management key: it is sent with the one that the first start made. */
async function createWith(server: TestApp): Promise<IssuedKey> {
  const { body } = await server.management(
    admin,
    'mutation { createApplication(input: { name: "P", ownerName: "P", ownerEmail: "p@example.com" }) { application { id } } }',
  );
  const { id: applicationId } = body.data.createApplication.application;
  const made = await server.management(
    admin,
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } key } }',
    { input: { applicationId, name: 'p', privileges: [] } },
  );
  return { id: made.body.data.createApiKey.apiKey.id, key: made.body.data.createApiKey.key };
}
