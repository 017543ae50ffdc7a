import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp({ places: true });
});
afterAll(() => test.close());

const atOnce = { inFlight: 2000, requests: { max: 100_000, window: 'PT1M' } };
const throttle = { maximumAvailable: 1_000_000, restoreRate: 10_000, maximumCost: 10_000, ...atOnce };

interface Asked {
  readonly query: string;
  /** What the weak key may learn; every document is asked by both keys. */
  readonly weakIs: 'SERVED' | 'FORBIDDEN';
}

interface SurfaceUnderLoad {
  readonly path: '/graphql' | '/admin/graphql';
  readonly type: 'API' | 'MANAGEMENT';
  readonly weakRules: readonly string[];
  readonly documents: readonly Asked[];
  readonly hidden: readonly string[];
}

const ownPrivileges: Asked = { query: '{ viewer { privileges } }', weakIs: 'SERVED' };

const api: SurfaceUnderLoad = {
  path: '/graphql',
  type: 'API',
  weakRules: ['read:Query', 'read:City.name', 'read:City.id'],
  documents: [
    { query: '{ cities(first: 1) { nodes { name } } }', weakIs: 'SERVED' },
    { query: '{ cities(first: 1) { nodes { name: population } } }', weakIs: 'FORBIDDEN' },
    {
      query: '{ cities(first: 1) { ...F } } fragment F on CityConnection { nodes { id population } }',
      weakIs: 'FORBIDDEN',
    },
    { query: '{ countries(first: 1) { nodes { region } } }', weakIs: 'FORBIDDEN' },
    { query: '{ cities(first: 1, orderBy: { field: POPULATION }) { nodes { name } } }', weakIs: 'FORBIDDEN' },
    { query: '{ searchPlaces(text: "B", first: 2) { name __typename } }', weakIs: 'SERVED' },
    {
      query: '{ __type(name: "City") { fields { name } } country: __type(name: "Country") { name } }',
      weakIs: 'SERVED',
    },
    {
      query: '{ __type(name: "City") { fields { name } } cities(first: 1) { nodes { population } } }',
      weakIs: 'FORBIDDEN',
    },
    { query: '{ __schema { types { name fields { name } } } }', weakIs: 'SERVED' },
    ownPrivileges,
  ],
  hidden: ['"population"', '"region"', '"Country"', '"contributorEmail"', 'CreateCityInput', 'City.population'],
};

const management: SurfaceUnderLoad = {
  path: '/admin/graphql',
  type: 'MANAGEMENT',
  weakRules: ['read:Query.apiKeys', 'read:Query.applications', 'read:ApiKey.name', 'read:ApiKey.id'],
  documents: [
    { query: '{ apiKeys(first: 1) { nodes { name } } }', weakIs: 'SERVED' },
    { query: '{ apiKeys(first: 1) { nodes { name: note } } }', weakIs: 'FORBIDDEN' },
    {
      query: '{ apiKeys(first: 1) { ...F } } fragment F on ApiKeyConnection { nodes { id note } }',
      weakIs: 'FORBIDDEN',
    },
    { query: '{ applications(first: 1) { nodes { ownerEmail } } }', weakIs: 'FORBIDDEN' },
    { query: '{ apiKeys(first: 1, orderBy: { field: CREATED_AT }) { nodes { name } } }', weakIs: 'FORBIDDEN' },
    {
      query: '{ __type(name: "ApiKey") { fields { name } } application: __type(name: "Application") { name } }',
      weakIs: 'SERVED',
    },
    {
      query: '{ __type(name: "ApiKey") { fields { name } } apiKeys(first: 1) { nodes { note } } }',
      weakIs: 'FORBIDDEN',
    },
    {
      query: '{ __schema { types { name inputFields { name } enumValues { name } } } }',
      weakIs: 'SERVED',
    },
    ownPrivileges,
  ],
  hidden: ['"note"', '"Application"', '"ownerEmail"', 'CreateApiKeyInput', 'ApiKey.note', 'CREATED_AT'],
};

async function ask({ type }: SurfaceUnderLoad, key: string, query: string) {
  const { codes, body } = await (type === 'API' ? test.graphql(key, query) : test.management(key, query));
  return { codes, text: JSON.stringify({ data: body.data, errors: body.errors }) };
}

/** Two keys of one surface, and what each is answered when nobody else asks. */
async function openPair(surface: SurfaceUnderLoad, first: string) {
  // Rules and texts of its own for each order: no cache is warm.
  const ownRule = `write:${surface.type === 'API' ? 'City' : 'Role'}.${first === 'STRONG' ? 'name' : 'id'}`;
  const input = { type: surface.type, throttle };
  const weak = (await test.createKey([...surface.weakRules, ownRule], input)).key;
  const strong = (await test.createKey(['read:*', ownRule], input)).key;
  const documents = surface.documents.map(({ query, weakIs }) => ({ query: `${query} # ${first}`, weakIs }));
  const alone = new Map<string, string>();
  for (const key of first === 'STRONG' ? [strong, weak] : [weak, strong]) {
    for (const { query } of documents) alone.set(`${key} ${query}`, (await ask(surface, key, query)).text);
  }
  return { surface, weak, strong, documents, alone };
}

type Pair = Awaited<ReturnType<typeof openPair>>;

/** Every key asks for every document, in an order in which neighbours differ in surface, key and document. */
function interleaved([ofApi, ofManagement]: readonly [Pair, Pair]) {
  const turns = (pair: Pair, count: number) =>
    Array.from({ length: count }, (_, n) => {
      const asked = pair.documents[(n * 7) % pair.documents.length] as Asked;
      return { pair, ...asked, key: (n >> 1) % 2 === 0 ? pair.strong : pair.weak, at: n / count };
    });
  return [...turns(ofApi, 700), ...turns(ofManagement, 300)].sort((one, other) => one.at - other.at);
}

describe('T10 requests of two keys on both surfaces, a thousand at once, with the same documents', () => {
  // Break: the hash in the key of `viewCache`, or anything that keeps a verdict with a document, to see it fail.
  it.each(['STRONG', 'WEAK'])(
    'are each judged alone: the %s key came first',
    async (first) => {
      const pairs = [await openPair(api, first), await openPair(management, first)] as const;
      const answers = await Promise.all(
        interleaved(pairs).map(async (one) => ({ ...one, answer: await ask(one.pair.surface, one.key, one.query) })),
      );
      const asked = { API: { weak: 0, strong: 0 }, MANAGEMENT: { weak: 0, strong: 0 } };
      for (const { pair, key, query, weakIs, answer } of answers) {
        const count = asked[pair.surface.type];
        if (key === pair.strong) {
          count.strong++;
          expect(answer.codes, query).toEqual([]);
        } else {
          count.weak++;
          expect(answer.codes, query).toEqual(weakIs === 'SERVED' ? [] : ['FORBIDDEN']);
          if (weakIs === 'SERVED') expect(pair.surface.hidden.filter((name) => answer.text.includes(name))).toEqual([]);
          else expect(answer.text).not.toContain('"data"');
        }
        expect(answer.text).toBe(pair.alone.get(`${key} ${query}`));
      }
      expect(asked).toEqual({ API: { weak: 350, strong: 350 }, MANAGEMENT: { weak: 150, strong: 150 } });
    },
    120_000,
  );
});
