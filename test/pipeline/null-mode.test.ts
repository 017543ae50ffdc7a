import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let weak: string;
beforeAll(async () => {
  test = await openTestApp({ places: true });
  weak = (await test.createKey(['read:Query', 'read:Country.name', 'read:City.name', 'read:City.id'], { onDenied: 'NULL' })).key;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

const denied = (body: { errors?: { path: unknown[]; extensions: { code: string; required: string[] } }[] }) =>
  body.errors?.map(({ path, extensions }) => [path.join('.'), extensions.code, ...extensions.required]);
const code = 'UNAUTHORIZED_FIELD_OR_TYPE';

describe('under NULL', () => {
  it('T01 a denied field is null, with one error however many rows there are', async () => {
    const { status, body } = await test.graphql(weak, '{ cities(first: 3) { nodes { name population } totalCount } }');
    expect(status).toBe(200);
    expect(body.data.cities.nodes).toHaveLength(3);
    expect(body.data.cities.nodes[0]).toEqual({ name: expect.any(String), population: null });
    expect(denied(body)).toEqual([['cities.nodes.population', code, 'read:City.population']]);
    expect(body.errors[0].extensions).toMatchObject({ coordinate: 'City.population', privilege: 'READ' });
  });
});
