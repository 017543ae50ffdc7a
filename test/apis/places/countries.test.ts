import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPlacesSchema } from '../../../src/apis/places/places-schema.ts';
import { encodeGlobalId } from '../../../src/apis/shared/global-id.ts';
import type { Database } from '../../../src/db/database.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { everythingBut, type PlacesClient, placesClient, placesServices } from './support.ts';

let database: Database;
let query: PlacesClient;

beforeAll(async () => {
  database = await openTestDatabase({ places: true });
  query = placesClient(buildPlacesSchema(), placesServices(database));
});
afterAll(() => database.close());

describe('country', () => {
  test('answers every field of a country', async () => {
    const { data, codes } = await query(`{
      country(code: "FR") {
        id code name officialName capital region subregion areaKm2 languages currencies
        location { latitude longitude } borders { code }
      }
    }`);
    expect(codes).toEqual([]);
    expect(data.country).toMatchObject({
      id: encodeGlobalId('Country', 'FR'),
      code: 'FR',
      name: 'France',
      officialName: 'French Republic',
      capital: ['Paris'],
      region: 'Europe',
      languages: ['French'],
      currencies: ['EUR'],
      location: { latitude: 46, longitude: 2 },
    });
    expect(data.country.borders.map(({ code }: { code: string }) => code).sort()).toEqual(
      ['AD', 'BE', 'CH', 'DE', 'ES', 'IT', 'LU', 'MC'].sort(),
    );
  });

  test('answers null for a code that no country has', async () => {
    expect(await query('{ country(code: "fr") { name } }')).toEqual({
      data: { country: null },
      codes: [],
      messages: [],
    });
  });

  test('reads the neighbours of a page of countries with one statement', async () => {
    const before = database.statements;
    await query('{ countries(first: 50) { nodes { code borders { code borders { code } } } } }');
    expect(database.statements - before).toBe(3);
  });
});

describe('countries', () => {
  test('filters by each condition', async () => {
    const { data } = await query(`{
      eq: countries(filter: { region: { eq: "Oceania" } }) { totalCount }
      in: countries(filter: { code: { in: ["FR", "DE", "XX"] } }) { nodes { code } }
      startsWith: countries(filter: { name: { startsWith: "Ger" } }) { nodes { name } }
      contains: countries(filter: { officialName: { contains: "Kingdom of" } }, first: 1) { totalCount }
      none: countries(filter: { code: { in: [] } }) { totalCount }
      nulls: countries(filter: { code: { eq: null }, name: null }) { totalCount }
    }`);
    expect(data.in.nodes).toEqual([{ code: 'DE' }, { code: 'FR' }]);
    expect(data.startsWith.nodes).toEqual([{ name: 'Germany' }]);
    expect(data.eq.totalCount).toBeGreaterThan(20);
    expect(data.contains.totalCount).toBeGreaterThan(10);
    expect(data.none.totalCount).toBe(0);
    expect(data.nulls.totalCount).toBe(250);
  });

  test('orders by code point', async () => {
    const { data } = await query(
      '{ countries(orderBy: { field: NAME, direction: DESC }, first: 3) { nodes { name } } }',
    );
    expect(data.countries.nodes.map(({ name }: { name: string }) => name)).toEqual([
      'Åland Islands',
      'Zimbabwe',
      'Zambia',
    ]);
  });
});

describe('node', () => {
  test('answers a country and a city by their global ids', async () => {
    const { data } = await query(
      `query ($country: ID!) { node(id: $country) { __typename id ... on Country { name } } }`,
      { country: encodeGlobalId('Country', 'JP') },
    );
    expect(data.node).toEqual({ __typename: 'Country', id: encodeGlobalId('Country', 'JP'), name: 'Japan' });
  });

  test('answers a type outside the view as missing, without reading', async () => {
    const before = database.statements;
    const { data } = await query(
      'query ($id: ID!) { node(id: $id) { id } }',
      { id: encodeGlobalId('Country', 'JP') },
      everythingBut('Country'),
    );
    expect(data.node).toBeNull();
    expect(database.statements).toBe(before);
  });

  test.each(['Query:x', 'Nothing:x', 'Viewer:1', 'Location:1', 'City:x', 'Country:XX', 'Place:1', 'constructor:1'])(
    'answers null for the id of %s',
    async (content) => {
      const [type = '', id = ''] = content.split(':');
      const { data, codes } = await query('query ($id: ID!) { node(id: $id) { id } city(id: $id) { id } }', {
        id: encodeGlobalId(type, id),
      });
      expect(codes).toEqual([]);
      expect(data).toEqual({ node: null, city: null });
    },
  );

  test.each(['', 'x', 'Q2l0eQ==', '\u0000', '%%%', 'Q2l0eTo=', `${'A'.repeat(5000)}`, 'Q2l0eTox ', '\ud800'])(
    'refuses %j, which is no global id',
    async (id) => {
      const { codes } = await query('query ($id: ID!) { node(id: $id) { id } }', { id });
      expect(codes).toEqual(['BAD_USER_INPUT']);
    },
  );
});

test('viewer and rateLimit tell the caller about itself', async () => {
  const { data, codes } = await query(`{
    viewer { apiKey { id publicId name type environment createdAt expiresAt }
      application { id name ownerName } privileges rateLimit { currentlyAvailable } }
    rateLimit { maximumAvailable currentlyAvailable restoreRate maximumCost requestedQueryCost resetAt }
  }`);
  expect(codes).toEqual([]);
  expect(data).toMatchInlineSnapshot(`
    {
      "rateLimit": {
        "currentlyAvailable": 990,
        "maximumAvailable": 1000,
        "maximumCost": 500,
        "requestedQueryCost": 10,
        "resetAt": "2026-11-24T12:00:01.000Z",
        "restoreRate": 50,
      },
      "viewer": {
        "apiKey": {
          "createdAt": "2026-01-02T00:00:00.000Z",
          "environment": "TEST",
          "expiresAt": null,
          "id": "QXBpS2V5OjAxOTAwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMQ==",
          "name": "test",
          "publicId": "abcdefghijkl",
          "type": "API",
        },
        "application": {
          "id": "QXBwbGljYXRpb246MDE5MDAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAy",
          "name": "Atlas",
          "ownerName": "Ada",
        },
        "privileges": [
          "read:City.name",
        ],
        "rateLimit": {
          "currentlyAvailable": 990,
        },
      },
    }
  `);
});
