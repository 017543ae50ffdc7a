import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp({ places: true });
});
afterAll(() => test.close());

const admin = async (document: string, variables: object = {}) => {
  const { body } = await test.management(test.adminKey, document, variables);
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body.data;
};
let made = 0;
const createRole = async (privileges: readonly string[], input: object = {}) =>
  (
    await admin(
      'mutation ($input: CreateRoleInput!) { createRole(input: $input) { role { id name type privileges note etag } } }',
      { input: { name: `Role ${++made}`, privileges, ...input } },
    )
  ).createRole.role;
const cities = '{ cities(first: 1) { nodes { name population } } }';

describe('roles', () => {
  it('give keys privileges, and take them, at once', async () => {
    const role = await createRole(['read:City', 'read:Query'], { note: 'for readers' });
    expect(role).toMatchObject({ type: 'API', privileges: ['read:City', 'read:Query'], note: 'for readers' });
    const { key, id } = await test.createKey([], { roleIds: [role.id] });
    expect((await test.graphql(key, cities)).status).toBe(200);

    await admin('mutation ($input: UpdateRoleInput!) { updateRole(input: $input) { role { id } } }', {
      input: { id: role.id, addPrivileges: ['!read:City.population'], etag: role.etag },
    });
    const denied = await test.graphql(key, cities);
    expect(denied.status).toBe(403);
    expect(denied.body.errors[0].extensions.required).toEqual(['read:City.population']);
    // A rule of the key's own does not win over the denial of a role.
    await admin('mutation ($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { apiKey { id } } }', {
      input: { id, addPrivileges: ['read:City.population'] },
    });
    expect((await test.graphql(key, cities)).status).toBe(403);
    expect((await test.graphql(key, '{ viewer { privileges } }')).body.data.viewer.privileges).not.toContain(
      'read:City.population',
    );
    const shown = await admin(
      'query ($id: ID!) { apiKey(id: $id) { privileges effectivePrivileges roles { id name } } }',
      { id },
    );
    expect(shown.apiKey).toEqual({
      privileges: ['read:City.population'],
      effectivePrivileges: ['!read:City.population', 'read:City', 'read:City.population', 'read:Query'],
      roles: [{ id: role.id, name: role.name }],
    });

    const deleted = await admin(
      'mutation ($id: ID!) { deleteRole(input: { id: $id }) { deletedRoleId affectedApiKeys } }',
      { id: role.id },
    );
    expect(deleted.deleteRole).toEqual({ deletedRoleId: role.id, affectedApiKeys: 1 });
    expect((await test.graphql(key, '{ cities(first: 1) { nodes { name } } }')).status).toBe(403);
    expect((await admin('query ($id: ID!) { node(id: $id) { id } }', { id: role.id })).node).toBeNull();
  });

  it('reduce what a stream that is open already may tell', async () => {
    const role = await createRole(['read:Subscription', 'read:CityChange', 'read:City.name']);
    const { key } = await test.createKey([], { roleIds: [role.id] });
    const response = await test.fetch('/graphql', {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', Accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { cityChanged { city { name } } }' }),
    });
    expect(response.status).toBe(200);
    await admin('mutation ($input: UpdateRoleInput!) { updateRole(input: $input) { role { id } } }', {
      input: { id: role.id, privileges: ['read:Subscription', 'read:CityChange'] },
    });
    const { key: writer } = await test.createKey(['*:Mutation', 'write:City', 'read:CreateCityPayload']);
    const created = await test.graphql(
      writer,
      'mutation { createCity(input: { name: "Atlantis", countryCode: "CH", latitude: 1, longitude: 2 }) { __typename } }',
    );
    expect(created.codes).toEqual([]);
    const text = await response.text();
    expect(text).toContain('FORBIDDEN');
    expect(text).not.toContain('Atlantis');
  });

  it('work on the management API too', async () => {
    const role = await createRole(['read:Query', 'read:ApiKey.name'], { type: 'MANAGEMENT' });
    const { key } = await test.createKey([], { type: 'MANAGEMENT', roleIds: [role.id] });
    expect((await test.management(key, '{ apiKeys { nodes { name } } }')).status).toBe(200);
    expect((await test.management(key, '{ apiKeys { nodes { note } } }')).status).toBe(403);
  });

  it('are listed in pages, by name and by type', async () => {
    const [b, a] = [await createRole([], { name: 'zz b' }), await createRole([], { name: 'zz a', type: 'MANAGEMENT' })];
    const list = async (args: string) =>
      (await admin(`{ roles(${args}) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`)).roles;
    expect((await list('last: 2, orderBy: { field: NAME }')).nodes).toEqual([{ id: a.id }, { id: b.id }]);
    expect(await list('filter: { name: "zz b", type: API }')).toMatchObject({ totalCount: 1, nodes: [{ id: b.id }] });
    expect((await list('filter: { name: "zz b", type: MANAGEMENT }')).nodes).toEqual([]);
    const first = await list('first: 1, orderBy: { field: CREATED_AT }');
    const next = await list(`first: 1, orderBy: { field: CREATED_AT }, after: "${first.pageInfo.endCursor}"`);
    expect(next.nodes).not.toEqual(first.nodes);
  });

  it('need privileges of their own', async () => {
    const role = await createRole([]);
    const { key } = await test.createKey(['read:Query', 'read:Role.id', '*:Mutation', 'update:Role.name'], {
      type: 'MANAGEMENT',
      applicationScope: 'ALL',
    });
    const required = async (document: string, variables: object = {}) => {
      const { body } = await test.management(key, document, variables);
      return body.errors?.flatMap(({ extensions }: { extensions: { required?: string[] } }) => extensions.required);
    };
    expect(await required('{ roles { nodes { id privileges } } }')).toEqual(['read:Role.privileges']);
    expect(await required('{ roles(filter: { name: "x" }) { totalCount } }')).toEqual(['read:Role.name']);
    const update = 'mutation ($input: UpdateRoleInput!) { updateRole(input: $input) { __typename } }';
    expect(await required(update, { input: { id: role.id, addPrivileges: [] } })).toEqual(['update:Role.privileges']);
    expect(await required(update, { input: { id: role.id, name: 'Mine' } })).toBeUndefined();
    expect(
      await required('mutation ($id: ID!) { deleteRole(input: { id: $id }) { deletedRoleId } }', { id: role.id }),
    ).toContain('update:Role.privileges');
    expect(
      await required('mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { __typename } }', {
        input: { applicationId: role.id, name: 'x', privileges: [], roleIds: [] },
      }),
    ).toContain('write:ApiKey.roles');
  });

  it('are loaded for a whole page of keys with one statement', async () => {
    const role = await createRole([]);
    for (let n = 0; n < 3; n++) await test.createKey([], { roleIds: [role.id], name: 'paged' });
    const { apiKeys } = await admin('{ apiKeys(first: 20, filter: { name: "paged" }) { nodes { roles { id } } } }');
    expect(apiKeys.nodes).toEqual(Array.from({ length: 3 }, () => ({ roles: [{ id: role.id }] })));
  });
});
