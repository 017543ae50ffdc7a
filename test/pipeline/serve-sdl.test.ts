import { buildSchema, validateSchema } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp();
});
afterAll(() => test.close());

const sdlOf = async (path: string, key: string) => (await test.fetch(path, { headers: { 'X-API-Key': key } })).text();

it('carries the prices and limits of the view on both surfaces, and builds', async () => {
  const { key } = await test.createKey(['*']);
  for (const sdl of [await sdlOf('/schema.graphql', key), await sdlOf('/admin/schema.graphql', test.adminKey)]) {
    expect(validateSchema(buildSchema(sdl))).toEqual([]);
    for (const directive of ['@cost(weight: "', '@listSize(assumedSize: 20, slicingArguments: ["first", "last"]']) {
      expect(sdl).toContain(directive);
    }
  }
  expect(await sdlOf('/admin/schema.graphql', test.adminKey)).toContain('@rateLimit(max: 60, window: "1m")');
});

it('of a key that may read little builds too, and tells of nothing else', async () => {
  for (const rules of [[], ['read:City.name', 'read:Query.city'], ['write:Mutation.createCity', 'write:City']]) {
    const sdl = await sdlOf('/schema.graphql', (await test.createKey(rules)).key);
    expect(validateSchema(buildSchema(sdl))).toEqual([]);
    expect(sdl).not.toMatch(/CityConnection|countries\(|"nodes"/);
  }
});

it('is told by introspection which directives the SDL uses, for every key', async () => {
  const { key } = await test.createKey([]);
  const { body } = await test.graphql(key, '{ __schema { directives { name args { name } locations } } }');
  const names = body.data.__schema.directives.map(({ name }: { name: string }) => name);
  expect(names).toEqual(expect.arrayContaining(['include', 'skip', 'cost', 'listSize', 'rateLimit']));
  expect(new Set(names).size).toBe(names.length);
});
