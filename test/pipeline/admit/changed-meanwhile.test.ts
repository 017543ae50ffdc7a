import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../../src/throttle/stores/memory-store.ts';
import { openTestApp, type TestApp } from '../../support/test-app.ts';
import { testClock } from '../../support/test-clock.ts';

/** What happens once, while an operation waits for its budget: all decisions are taken, and nothing has begun. */
let meanwhile: (() => Promise<unknown>) | undefined;
let reserved = 0;
let settled = 0;
let test: TestApp;
beforeAll(async () => {
  const clock = testClock();
  const store = createMemoryStore({ clock });
  const throttle = {
    ...store,
    async reserve(reservation: Parameters<typeof store.reserve>[0]) {
      const answer = await store.reserve(reservation);
      reserved++;
      const work = meanwhile;
      meanwhile = undefined;
      await work?.();
      return answer;
    },
    settle(...given: Parameters<typeof store.settle>) {
      settled++;
      return store.settle(...given);
    },
  };
  test = await openTestApp({ places: true, overrides: { clock, throttle } });
});
afterAll(() => test.close());

const privileges = ['read:Query', 'read:City', 'write:Mutation', 'write:City'];
const create = 'mutation ($input: CreateCityInput!) { createCity(input: $input) { city { name } } }';
const list = '{ cities(filter: { name: { startsWith: "Meanwhile" } }) { totalCount } }';
const input = { name: 'Meanwhile', countryCode: 'CH', latitude: 47, longitude: 8, population: 7 };
const manage = (mutation: string, given: object) =>
  test.management(
    test.adminKey,
    `mutation ($input: ${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { apiKey { id } } }`,
    { input: given },
  );
const cities = async () =>
  (await test.graphql((await test.createKey(privileges)).key, list)).body.data.cities.totalCount as number;

describe('a mutation whose key changes between the decisions and its beginning', () => {
  it.each<[string, string, (id: string) => Promise<unknown>]>([
    ['is revoked', 'API_KEY_REVOKED', (id) => manage('revokeApiKey', { id })],
    ['is disabled', 'API_KEY_DISABLED', (id) => manage('disableApiKey', { id })],
    ['loses a privilege', 'FORBIDDEN', (id) => manage('updateApiKey', { id, removePrivileges: ['write:City'] })],
    [
      'is restricted',
      'API_KEY_SERVICE_BLOCKED',
      (id) => manage('updateApiKey', { id, restrictions: { api: { operationTypes: ['QUERY'] } } }),
    ],
    ['may spend less', 'COST_LIMIT_EXCEEDED', (id) => manage('updateApiKey', { id, throttle: { maximumCost: 1 } })],
  ])('does not begin when the key %s, and what was reserved comes back', async (_, code, change) => {
    const { id, key } = await test.createKey(privileges);
    const before = await cities();
    [reserved, settled] = [0, 0];
    meanwhile = () => change(id);
    expect((await test.graphql(key, create, { input })).codes).toContain(code);
    expect(settled).toBe(reserved);
    expect(await cities()).toBe(before);
  });

  it('begins once when it may all the same', async () => {
    const { id, key } = await test.createKey(privileges);
    const before = await cities();
    meanwhile = () => manage('updateApiKey', { id, note: 'harmless' });
    expect((await test.graphql(key, create, { input })).codes).toEqual([]);
    expect(await cities()).toBe(before + 1);
  });

  it('is refused for now when the key changes again and again', async () => {
    const { id, key } = await test.createKey(privileges);
    const before = await cities();
    let notes = 0;
    const again = async () => {
      await manage('updateApiKey', { id, note: `note ${notes++}` });
      if (notes < 20) meanwhile = again;
    };
    meanwhile = again;
    const { status, codes } = await test.graphql(key, create, { input });
    meanwhile = undefined;
    expect([status, codes]).toEqual([503, ['DATABASE_UNAVAILABLE']]);
    expect(await cities()).toBe(before);
  });
});
