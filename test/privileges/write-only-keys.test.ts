import { buildClientSchema, buildSchema, getIntrospectionQuery, validateSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp({ places: true });
});
afterAll(() => test.close());

const city = { name: 'New', countryCode: 'CH', latitude: 1, longitude: 2 };
const create = 'mutation ($input: CreateCityInput!) { createCity(input: $input) { __typename } }';
const rules = ['write:Mutation.createCity', 'write:City'];

describe.each(['REJECT', 'NULL', 'HIDE'])('a key that writes and reads nothing, onDenied %s', (onDenied) => {
  const keyWith = async (granted: readonly string[]) => (await test.createKey(granted, { onDenied })).key;

  it('does its deed, and reads that it was done', async () => {
    const { status, body } = await test.graphql(await keyWith(rules), create, { input: city });
    expect([status, body.data, body.errors]).toEqual([
      200,
      { createCity: { __typename: 'CreateCityPayload' } },
      undefined,
    ]);
  });

  it('reads nothing of what it made', async () => {
    const query = create.replace('__typename', 'city { __typename }');
    const { status, codes } = await test.graphql(await keyWith(rules), query, { input: city });
    expect([status, codes]).toEqual(onDenied === 'HIDE' ? [400, ['GRAPHQL_VALIDATION_FAILED']] : [403, ['FORBIDDEN']]);
  });

  it('finds the mutation in its schema, which builds, and its privileges with the viewer', async () => {
    const key = await keyWith(rules);
    const { body } = await test.graphql(key, getIntrospectionQuery());
    const view = buildClientSchema(body.data);
    expect(validateSchema(view)).toEqual([]);
    expect(Object.keys(view.getMutationType()?.getFields() ?? {})).toEqual(['createCity']);
    const sdl = await (await test.fetch('/schema.graphql', { headers: { 'X-API-Key': key } })).text();
    expect(validateSchema(buildSchema(sdl))).toEqual([]);
    const viewer = await test.graphql(key, '{ viewer { privileges } }');
    expect(viewer.body.data.viewer.privileges).toEqual(
      expect.arrayContaining(['write:City.name', 'write:City.population', 'write:Mutation.createCity']),
    );
    expect(viewer.body.data.viewer.privileges.every((one: string) => one.startsWith('write:'))).toBe(true);
  });

  it('is told what is wrong with its document in words of its mutation', async () => {
    const key = await keyWith(rules);
    const incomplete = await test.graphql(key, 'mutation { createCity(input: { name: "X" }) { __typename } }');
    expect(incomplete.codes[0]).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(incomplete.body.errors[0].message).toContain('CreateCityInput.countryCode');
    const nothing = await test.graphql(key, create.replace('__typename', 'nothingVisible'), { input: city });
    expect([nothing.status, nothing.codes]).toEqual([400, ['GRAPHQL_VALIDATION_FAILED']]);
    expect(nothing.body.errors[0].message).toBe('Cannot query field "nothingVisible" on type "CreateCityPayload".');
    const unknown = await test.graphql(key, create.replace('__typename', 'nothing'), { input: city });
    expect(unknown.body.errors[0].message).toBe('Cannot query field "nothing" on type "CreateCityPayload".');
  });

  it('that changes and deletes finds the mutations that need nothing else', async () => {
    const key = await keyWith(['update:Mutation', 'update:City']);
    const { body } = await test.graphql(key, '{ __schema { mutationType { fields { name } } } }');
    const names = body.data.__schema.mutationType.fields.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['updateCity']));
    expect(names).not.toContain('createCity');
  });
});

describe('what nothing is executed of', () => {
  it('tells no type and no mutation that the key may not see', async () => {
    const { key } = await test.createKey(['read:Query']);
    const ask = (query: string, variables = {}) => test.graphql(key, query, variables);
    const one = await test.graphql(test.demoKey, '{ cities(first: 1) { nodes { id } } }');
    const id = one.body.data.cities.nodes[0].id;
    const asked = 'query ($id: ID!, $x: Boolean!) { city(id: $id) { name @include(if: $x) } }';
    expect((await ask(asked, { id, x: false })).codes).toEqual(['FORBIDDEN']);
    expect((await ask('{ city(id: "x") { name @skip(if: true) } }')).codes).toEqual(['FORBIDDEN']);
    expect((await ask('mutation { __typename }')).codes).toEqual(['FORBIDDEN']);
    expect((await ask('{ __typename viewer { keyId: __typename @skip(if: true) } }')).codes).toEqual([]);
    const reader = await test.createKey(['read:Query', 'read:City.population']);
    expect((await test.graphql(reader.key, asked, { id, x: false })).body.data).toEqual({ city: {} });
  });
});
