import { ClientError, GraphQLClient, gql } from 'graphql-request';
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Addresses } from '../../src/compose/open-listeners.ts';
import { startingOperations } from '../../src/explorer/page/starting-operations.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let addresses: Addresses;
beforeAll(async () => {
  test = await openTestApp({ places: true, overrides: { clock: systemClock } });
  addresses = await test.app.listen();
});
afterAll(() => test.close());

function client(key: string): GraphQLClient {
  return new GraphQLClient(addresses.api, { headers: { Authorization: `Bearer ${key}` } });
}

describe('a client on a real port', () => {
  it('runs with the demo key whatever the GraphiQL page begins with', async () => {
    for (const { query, variables = {} } of startingOperations('API')) {
      const data = await client(test.demoKey).request<object>(query, variables);
      expect(JSON.stringify(data)).not.toMatch(/:(null|\[\])/);
    }
  });

  it('reads, page by page', async () => {
    const { key } = await test.createKey(['read:Query', 'read:Country', 'read:City.name', 'read:City.population']);
    const document = gql`
      query Page($after: String) {
        country(code: "CH") {
          name
          cities(first: 2, after: $after, orderBy: { field: POPULATION, direction: DESC }) {
            nodes { name population }
            pageInfo { hasNextPage endCursor }
          }
        }
      }
    `;
    // biome-ignore lint/suspicious/noExplicitAny: asserted on below
    const first: any = await client(key).request(document);
    expect(first.country.cities.nodes[0]).toEqual({ name: 'Zürich', population: 341730 });
    // biome-ignore lint/suspicious/noExplicitAny: asserted on below
    const second: any = await client(key).request(document, { after: first.country.cities.pageInfo.endCursor });
    expect(second.country.cities.nodes[0].population).toBeLessThanOrEqual(first.country.cities.nodes[1].population);
  });

  it('is denied, with all that is missing', async () => {
    const { key } = await test.createKey(['read:Query', 'read:City.name']);
    const error = await client(key)
      .request(
        gql`{ cities(first: 1, filter: { population: { gte: 1000000 } }) { nodes { name population location { latitude } } } }`,
      )
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ClientError);
    const { status, errors, data } = (error as ClientError).response;
    expect(status).toBe(403);
    expect(data).toBeUndefined();
    expect(errors?.map(({ extensions }) => extensions['required'])).toEqual([
      ['read:City.population'],
      ['read:City.location'],
      ['read:Location.latitude'],
    ]);
  });

  it('creates and updates with keys that may, and only what they may', async () => {
    const writer = await test.createKey([
      'write:Mutation',
      'write:City',
      'read:City.id',
      'read:City.name',
      'read:City.population',
    ]);
    const updater = await test.createKey(['update:Mutation', 'update:City.population', 'read:City.population']);
    const create = gql`mutation ($input: CreateCityInput!) { createCity(input: $input) { city { id name population } } }`;
    const update = gql`mutation ($input: UpdateCityInput!) { updateCity(input: $input) { city { population } } }`;
    const input = { name: 'Fieldpassau', countryCode: 'DE', latitude: 48.5, longitude: 13.4, population: 1 };
    // biome-ignore lint/suspicious/noExplicitAny: asserted on below
    const made: any = await client(writer.key).request(create, { input });
    expect(made.createCity.city).toMatchObject({ name: 'Fieldpassau', population: 1 });
    const { id } = made.createCity.city;
    expect(await client(updater.key).request(update, { input: { id, population: 2 } })).toEqual({
      updateCity: { city: { population: 2 } },
    });

    const codes = async (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error: ClientError) => error.response.errors?.map(({ extensions }) => extensions['required']).join(),
      );
    expect(await codes(client(updater.key).request(update, { input: { id, name: 'Other' } }))).toBe('update:City.name');
    expect(await codes(client(updater.key).request(create, { input }))).toContain('write:Mutation.createCity');
    expect(await codes(client(writer.key).request(update, { input: { id, population: 3 } }))).toContain(
      'update:Mutation.updateCity',
    );
  });

  it('subscribes, and hears of changes that others make', async () => {
    const { key } = await test.createKey([
      'read:Subscription',
      'read:Country.code',
      'read:City.country',
      'read:CityChange',
      'read:City.name',
      'read:City.population',
    ]);
    const writer = await test.createKey(['write:Mutation', 'write:City', 'read:City.id']);
    const sse = createClient({ url: addresses.api, headers: { Authorization: `Bearer ${key}` } });
    const events = sse.iterate({
      query: 'subscription { cityChanged(countryCode: "CH") { city { name population } } }',
    });
    const next = events.next();
    const create = gql`mutation ($input: CreateCityInput!) { createCity(input: $input) { city { id } } }`;
    let made = false;
    // The subscription is open at some moment after the first call: repeat until it was heard.
    const heard = next.finally(() => {
      made = true;
    });
    for (let attempt = 0; !made && attempt < 50; attempt++) {
      const input = { name: `Neustadt ${attempt}`, countryCode: 'CH', latitude: 47, longitude: 8, population: attempt };
      await client(writer.key).request(create, { input });
      await new Promise((resolve) => setImmediate(resolve));
    }
    const event = await heard;
    expect(event.value).toMatchObject({
      data: { cityChanged: { city: { name: expect.stringMatching(/^Neustadt/) } } },
    });
    await events.return?.();
    sse.dispose();
  });
});
