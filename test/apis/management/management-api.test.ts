import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeGlobalId } from '../../../src/apis/shared/global-id.ts';
import type { Database } from '../../../src/db/database.ts';
import type { ApiKeyRecord } from '../../../src/keys/api-key.ts';
import { day, openWorld, type World } from '../../administration/support.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { ask } from './support.ts';

let database: Database;
let world: World;
let root: ApiKeyRecord;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openWorld(database);
  root = world.root.key;
});
afterAll(async () => {
  await world.resolver.close();
  await database.close();
});

const keyId = (id: string) => encodeGlobalId('ApiKey', id);
const createApiKey = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { key apiKey { id name type environment status privileges expiresAt redactedKey
    createdBy { id } application { id ownerEmail } throttle { maximumAvailable requests { max window } } metadata } }
}`;

async function anApplication(): Promise<string> {
  const answer = await ask(
    world,
    root,
    `mutation { createApplication(input: { name: "Atlas", ownerName: "Ada", ownerEmail: "ada@example.com", plan: "PRO" }) {
      application { id name plan status etag } } }`,
  );
  expect(answer.codes).toEqual([]);
  return answer.data.createApplication.application.id;
}

describe('the life of a key', () => {
  test('is created, changed, disabled, enabled and revoked through the API', async () => {
    const applicationId = await anApplication();
    const created = await ask(world, root, createApiKey, {
      input: {
        applicationId,
        name: 'Map',
        privileges: ['read:City.name'],
        throttle: { maximumAvailable: 50, requests: { max: 5, window: 'PT1M' } },
        metadata: { team: 'maps' },
      },
    });
    expect(created.messages).toEqual([]);
    const { key, apiKey } = created.data.createApiKey;
    expect(apiKey).toMatchObject({
      name: 'Map',
      type: 'API',
      environment: 'LIVE',
      status: 'ACTIVE',
      privileges: ['read:City.name'],
      expiresAt: new Date(world.clock.now() + 90 * day).toISOString(),
      createdBy: { id: keyId(root.id) },
      application: { id: applicationId, ownerEmail: 'ada@example.com' },
      throttle: { maximumAvailable: 50, requests: { max: 5, window: 'PT1M' } },
      metadata: { team: 'maps' },
    });
    expect(key.startsWith(apiKey.redactedKey.slice(0, -1))).toBe(true);
    expect((await world.resolver.resolve(key)).kind).toBe('ACTIVE');

    const { id } = apiKey;
    const updated = await ask(
      world,
      root,
      `mutation ($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { apiKey { privileges throttle { inFlight } metadata name } } }`,
      { input: { id, addPrivileges: ['read:Country'], throttle: null } },
    );
    expect(updated.data.updateApiKey.apiKey).toEqual({
      privileges: ['read:City.name', 'read:Country'],
      throttle: null,
      metadata: { team: 'maps' },
      name: 'Map',
    });

    const disabled = await ask(
      world,
      root,
      `mutation ($id: ID!) { disableApiKey(input: { id: $id, reason: "lost" }) { apiKey { status disabledAt } } }`,
      { id },
    );
    expect(disabled.data.disableApiKey.apiKey.status).toBe('DISABLED');
    const enabled = await ask(
      world,
      root,
      `mutation ($id: ID!) { enableApiKey(input: { id: $id }) { apiKey { status disabledAt } } }`,
      { id },
    );
    expect(enabled.data.enableApiKey.apiKey).toEqual({ status: 'ACTIVE', disabledAt: null });

    const revoked = await ask(
      world,
      root,
      `mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { livingDescendants apiKey { status revokedAt }
        receipt { effectiveAt instancesAcknowledged instancesTotal } } }`,
      { id },
    );
    const now = new Date(world.clock.now()).toISOString();
    expect(revoked.data.revokeApiKey).toEqual({
      livingDescendants: 0,
      apiKey: { status: 'REVOKED', revokedAt: now },
      receipt: { effectiveAt: expect.any(String), instancesAcknowledged: 1, instancesTotal: 1 },
    });
    expect((await world.resolver.resolve(key)).kind).toBe('REVOKED');
  });

  test('answers a refusal as a coded error on the root field', async () => {
    const answer = await ask(world, root, createApiKey, {
      input: { applicationId: encodeGlobalId('Application', 'x'), name: 'Map', privileges: [] },
    });
    expect(answer).toMatchObject({ data: null, codes: ['NOT_FOUND'] });
  });

  test('gives the text of a key once, also when the call is repeated', async () => {
    const input = { applicationId: await anApplication(), name: 'Once', privileges: [], idempotencyKey: 'k-1' };
    const first = await ask(world, root, createApiKey, { input });
    const second = await ask(world, root, createApiKey, { input });
    expect(first.data.createApiKey.key).toMatch(/^fieldpass_live_/);
    expect(second.data.createApiKey).toEqual({ ...first.data.createApiKey, key: null });
  });
});

describe('looking at keys', () => {
  test('finds nothing by an id that is none, is of another type, or belongs to somebody else', async () => {
    const { apiKey: theirs } = await world.key({});
    const manager = await world.key({ type: 'MANAGEMENT', privileges: ['*'] });
    const ids = [
      keyId(theirs.id),
      keyId('0190a1b2-0000-7000-8000-000000000009'),
      keyId('not-a-uuid'),
      encodeGlobalId('Application', theirs.id),
      encodeGlobalId('Nothing', theirs.id),
    ];
    for (const id of ids) {
      const answer = await ask(
        world,
        manager.apiKey,
        '($id: ID!) { apiKey(id: $id) { id } application(id: $id) { id } node(id: $id) { id } }'.replace(
          '(',
          'query (',
        ),
        { id },
      );
      expect(answer, id).toMatchObject({ data: { apiKey: null, application: null, node: null }, codes: [] });
    }
    const own = await ask(world, manager.apiKey, 'query ($id: ID!) { node(id: $id) { __typename id } }', {
      id: keyId(manager.apiKey.id),
    });
    expect(own.data.node).toEqual({ __typename: 'ApiKey', id: keyId(manager.apiKey.id) });
    const strange = await ask(world, root, '{ apiKey(id: "%%%") { id } }');
    expect(strange.codes).toEqual(['BAD_USER_INPUT']);
  });

  test('pages through the keys of an application in both directions', async () => {
    const applicationId = (await world.application()).id;
    for (const name of ['a', 'b', 'c', 'd', 'e']) await world.key({ applicationId, name });
    const query = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
      application(id: $id) { apiKeys(first: $first, after: $after, last: $last, before: $before,
        orderBy: { field: NAME, direction: DESC }) {
        totalCount nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;
    const page = async (variables: Record<string, unknown>) => {
      const answer = await ask(world, root, query, { id: encodeGlobalId('Application', applicationId), ...variables });
      expect(answer.codes).toEqual([]);
      const { nodes, pageInfo, totalCount } = answer.data.application.apiKeys;
      expect(totalCount).toBe(5);
      return { names: nodes.map(({ name }: { name: string }) => name).join(''), ...pageInfo };
    };
    const first = await page({ first: 2 });
    expect(first).toMatchObject({ names: 'ed', hasNextPage: true, hasPreviousPage: false });
    const second = await page({ first: 3, after: first.endCursor });
    expect(second).toMatchObject({ names: 'cba', hasNextPage: false, hasPreviousPage: true });
    const back = await page({ last: 2, before: second.startCursor });
    expect(back).toMatchObject({ names: 'ed', hasNextPage: true, hasPreviousPage: false });
    expect(await page({ last: 2 })).toMatchObject({ names: 'ba', hasPreviousPage: true, hasNextPage: false });
    expect(await page({ first: 0 })).toMatchObject({ names: '', hasNextPage: true, endCursor: null });
  });

  test('refuses pages of a strange size, and cursors of another list', async () => {
    const refused = async (args: string) => (await ask(world, root, `{ apiKeys(${args}) { nodes { id } } }`)).codes;
    expect(await refused('first: 101')).toEqual(['PAGE_SIZE_OUT_OF_RANGE']);
    expect(await refused('last: -1')).toEqual(['PAGE_SIZE_OUT_OF_RANGE']);
    expect(await refused('first: 1, last: 1')).toEqual(['BAD_USER_INPUT']);
    const answer = await ask(world, root, '{ applications(first: 1) { pageInfo { endCursor } } }');
    expect(await refused(`after: "${answer.data.applications.pageInfo.endCursor}"`)).toEqual(['BAD_USER_INPUT']);
  });

  test('reads a page of keys with their applications and creators in three statements', async () => {
    const caller = await world.key({
      type: 'MANAGEMENT',
      privileges: ['*'],
      grantable: ['*'],
      applicationScope: 'ALL',
    });
    for (let index = 0; index < 5; index++) await world.key({}, world.as(caller.apiKey));
    const before = database.statements;
    const answer = await ask(
      world,
      root,
      'query ($id: ID!) { apiKeys(filter: { createdBy: $id }) { nodes { name application { ownerEmail } createdBy { name } } } }',
      { id: keyId(caller.apiKey.id) },
    );
    expect(answer.data.apiKeys.nodes).toHaveLength(5);
    expect(database.statements - before).toBe(3);
  });
});
