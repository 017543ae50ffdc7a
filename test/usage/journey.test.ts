import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { formatToken, parseToken } from '../../src/keys/token/key-token.ts';
import { rollUp } from '../../src/usage/roll-up/roll-up.ts';
import { type IssuedKey, openTestApp, type TestApp } from '../support/test-app.ts';
import { openTestDatabase } from '../support/test-database.ts';

let database: Database;
let server: TestApp;
let names: IssuedKey;
let populations: IssuedKey;

beforeAll(async () => {
  database = await openTestDatabase({ places: true });
  server = await openTestApp({ overrides: { database } });
  names = await server.createKey(['read:Query.cities', 'read:City.name', 'read:City.id']);
  populations = await server.createKey(['read:Query.cities', 'read:City', 'write:*', 'update:*']);
}, 120_000);
afterAll(() => server.close());

const ofKeys = `query ($keys: UsageFilter!, $interval: UsageInterval!, $by: [UsageDimension!]!) {
  usage(filter: $keys, interval: $interval, groupBy: $by) {
    total { requests errors requestedQueryCost actualQueryCost latency { p50 p99 } }
    points(first: 10) { at numbers { requests } }
    groups(first: 50) { apiKey { id } operationName outcome clientName clientVersion numbers { requests errors } }
  }
}`;

async function ask(query: string, variables: object, key = server.adminKey) {
  const { body } = await server.management(key, query, variables);
  expect(body.errors).toBeUndefined();
  return body.data;
}

async function groupsBy(by: readonly string[], interval: string, filter: object = {}) {
  const keys = { since: '2026-11-24T00:00:00Z', until: '2026-11-25T00:00:00Z', surface: 'API', ...filter };
  const { usage } = await ask(ofKeys, { keys, interval, by });
  return { ...usage, counts: usage.groups.map((group: Group) => [labelOf(group, by), group.numbers.requests]) };
}

type Group = Record<string, unknown> & {
  readonly apiKey: { id: string } | null;
  readonly numbers: { requests: number };
};

function labelOf({ apiKey, operationName, outcome, clientName, clientVersion }: Group, by: readonly string[]): string {
  const key = apiKey?.id === names.id ? 'names' : apiKey?.id === populations.id ? 'populations' : 'none';
  return [by.includes('API_KEY') ? key : undefined, operationName, outcome, clientName, clientVersion]
    .filter((part) => part != null)
    .join(' ');
}

function withAnotherSecret(key: string): string {
  const token = parseToken(key, 'fieldpass');
  if (!token) throw new Error('not a key');
  return formatToken({ ...token, secret: 'x'.repeat(32) });
}

describe('a known mix of requests', () => {
  it('is counted exactly, by outcome, key, operation, client and field', async () => {
    const list = 'query Names($n: Int!) { cities(first: $n) { nodes { name } } }';
    const dear = 'query Populations { cities(first: 2) { nodes { name population } } }';
    for (let number = 1; number <= 5; number++) {
      const client = { headers: { 'GraphQL-Client-Name': 'web', 'GraphQL-Client-Version': `${number % 2}` } };
      await server.graphql(names.key, list, { n: number }, client);
    }
    for (let number = 0; number < 3; number++) await server.graphql(names.key, dear);
    for (let number = 0; number < 2; number++) await server.graphql(populations.key, dear);
    await server.graphql(populations.key, '{ nothing }');
    await server.graphql(populations.key, '{ cities(');
    await server.graphql(withAnotherSecret(names.key), dear);
    await server.graphql('nonsense', dear);
    await server.graphql(undefined, dear);
    const sdl = await server.fetch('/schema.graphql', { headers: { Authorization: `Bearer ${names.key}` } });
    expect(sdl.status).toBe(200);

    const expected = [
      ['names Names OK', 5],
      ['names Populations FORBIDDEN', 3],
      ['populations Populations OK', 2],
      ['populations INVALID', 2],
      ['none UNAUTHENTICATED', 2],
      ['names UNAUTHENTICATED', 1],
      ['names OK', 1],
    ].sort();
    const check = async (interval: string) => {
      const all = await groupsBy(['API_KEY', 'OPERATION', 'OUTCOME'], interval);
      expect(all.counts.sort()).toEqual(expected);
      expect(all.total).toMatchObject({ requests: 16, errors: 8, latency: { p50: 0.5, p99: 0.99 } });
      const clients = await groupsBy(['CLIENT'], interval, { operationName: 'Names' });
      expect(clients.counts).toEqual([
        ['web 1', 3],
        ['web 0', 2],
      ]);
      expect(clients.points.map(({ numbers }: { numbers: { requests: number } }) => numbers.requests)).toEqual([5]);
      // 1 for the connection, 1 for each city.
      expect(clients.total).toMatchObject({ requestedQueryCost: 20, actualQueryCost: 20 });
    };
    await check('HOUR');
    await check('DAY');

    const fields = async () => {
      const { fieldUsage } = await ask(
        '{ fieldUsage(coordinate: "City.population", since: "2026-11-24T00:00:00Z") { keys { apiKey { id } rule uses denials lastUsedAt } } }',
        {},
      );
      return fieldUsage.keys;
    };
    const rule = 'read:City.population';
    const used = [
      { apiKey: { id: populations.id }, rule, uses: 2, denials: 0, lastUsedAt: '2026-11-24T12:00:00.000Z' },
      { apiKey: { id: names.id }, rule, uses: 0, denials: 3, lastUsedAt: null },
    ];
    expect(await fields()).toEqual(used);

    expect(await rollUp(database, server.clock.now() + 24 * 3_600_000)).toBe(2);
    await check('HOUR');
    await check('DAY');
    expect(await fields()).toEqual(used);
  });

  it('tells what a key may do and does not', async () => {
    const { unusedPrivileges } = await ask(
      'query ($id: ID!) { unusedPrivileges(apiKeyId: $id, since: "2026-11-24T12:00:00Z") }',
      { id: names.id },
    );
    expect(unusedPrivileges).toEqual(['read:City.id']);
    const { unusedPrivileges: more } = await ask(
      'query ($id: ID!) { unusedPrivileges(apiKeyId: $id, since: "2026-11-24T12:00:00Z") }',
      { id: populations.id },
    );
    expect(more).toContain('update:Mutation.updateCity');
    expect(more.length).toBeGreaterThan(5);
  });

  it('says when and from where a key was used last', async () => {
    const { apiKey } = await ask('query ($id: ID!) { apiKey(id: $id) { lastUsedAt lastUsedFrom } }', { id: names.id });
    expect(apiKey.lastUsedAt).toBe('2026-11-24T12:00:00.000Z');
  });

  it('counts the fields of inputs that were supplied, in variables too', async () => {
    const mutation = 'mutation Create($input: CreateCityInput!) { createCity(input: $input) { city { id } } }';
    const { body } = await server.graphql(populations.key, mutation, {
      input: { name: 'Usage', countryCode: 'FR', latitude: 1, longitude: 2, population: 5 },
    });
    expect(body.errors).toBeUndefined();
    const { fieldUsage } = await ask(
      '{ fieldUsage(coordinate: "City.population", since: "2026-11-24T00:00:00Z") { keys { rule uses } } }',
      {},
    );
    expect(fieldUsage.keys).toContainEqual({ rule: 'write:City.population', uses: 1 });
  });
});

describe('a request that was refused', () => {
  it('is traced from its id to the owner of its application in one query', async () => {
    const { headers } = await server.graphql(names.key, 'query Denied { cities { nodes { population } } }');
    const id = headers.get('X-Request-Id');
    const { requests } = await ask(
      `query ($id: String!) { requests(filter: { requestId: $id }) { totalCount nodes {
        operationName outcome errorCode sampledOneOf apiKey { id } application { name ownerName ownerEmail } } } }`,
      { id },
    );
    expect(requests).toEqual({
      totalCount: 1,
      nodes: [
        {
          operationName: 'Denied',
          outcome: 'FORBIDDEN',
          errorCode: 'FORBIDDEN',
          sampledOneOf: 1,
          apiKey: { id: names.id },
          application: { name: 'Test', ownerName: 'Ada', ownerEmail: 'ada@example.com' },
        },
      ],
    });
  });

  it('stands in a list that pages by cursor, the latest first', async () => {
    const query = `query ($after: String) { requests(first: 4, after: $after, filter: { surface: API }) {
      nodes { requestId } pageInfo { endCursor hasNextPage } totalCount } }`;
    const seen: string[] = [];
    let after: string | null = null;
    let total = 0;
    do {
      const { requests }: { requests: Page } = await ask(query, { after });
      seen.push(...requests.nodes.map(({ requestId }) => requestId));
      after = requests.pageInfo.hasNextPage ? requests.pageInfo.endCursor : null;
      total = requests.totalCount;
    } while (after !== null);
    expect(seen).toHaveLength(total);
    expect(new Set(seen).size).toBe(total);
  });
});

interface Page {
  readonly nodes: readonly { readonly requestId: string }[];
  readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
  readonly totalCount: number;
}

describe('a management key of one application', () => {
  it('sees the usage and the requests of its own application only', async () => {
    const { body } = await server.management(
      server.adminKey,
      'mutation { createApplication(input: { name: "Other", ownerName: "Bo", ownerEmail: "bo@example.com" }) { application { id } } }',
    );
    const applicationId = body.data.createApplication.application.id;
    const own = await server.createKey(['*'], { applicationId, type: 'MANAGEMENT' });
    const stranger = await server.createKey(['read:City.name'], { applicationId });
    await server.graphql(stranger.key, '{ viewer { apiKey { id } } }');

    const keys = { since: '2026-11-24T00:00:00Z', surface: 'API' };
    const { usage } = await ask(ofKeys, { keys, interval: 'HOUR', by: ['API_KEY'] }, own.key);
    expect(usage.groups).toMatchObject([{ apiKey: { id: stranger.id }, numbers: { requests: 1 } }]);
    const { usage: others } = await ask(
      ofKeys,
      { keys: { ...keys, apiKeyId: names.id }, interval: 'HOUR', by: ['API_KEY'] },
      own.key,
    );
    expect(others).toMatchObject({ total: { requests: 0 }, groups: [] });
    const { requests } = await ask('{ requests(filter: { surface: API }) { nodes { apiKey { id } } } }', {}, own.key);
    expect(requests.nodes).toEqual([{ apiKey: { id: stranger.id } }]);
    const { fieldUsage } = await ask(
      '{ fieldUsage(coordinate: "City.population", since: "2026-11-24T00:00:00Z") { keys { uses } } }',
      {},
      own.key,
    );
    expect(fieldUsage.keys).toEqual([]);
    const unused = await server.management(
      own.key,
      'query ($id: ID!) { unusedPrivileges(apiKeyId: $id, since: "2026-11-24T00:00:00Z") }',
      { id: names.id },
    );
    expect(unused.codes).toEqual(['NOT_FOUND']);
  });
});

describe('a report', () => {
  it('is bounded in range', async () => {
    const keys = { since: '2026-01-01T00:00:00Z', until: '2026-11-25T00:00:00Z' };
    const { codes } = await server.management(server.adminKey, ofKeys, { keys, interval: 'HOUR', by: [] });
    expect(codes).toEqual(['BAD_USER_INPUT']);
  });

  it('has a series for each group, and the fields that were used most', async () => {
    const { usage } = await ask(
      `query ($keys: UsageFilter!) { usage(filter: $keys, interval: HOUR, groupBy: [API_KEY, OUTCOME]) {
        groups { apiKey { id } outcome numbers { requests } points { at numbers { requests } } }
        fields(first: 3) { rule uses denials } } }`,
      { keys: { since: '2026-11-24T00:00:00Z', surface: 'API' } },
    );
    for (const { numbers, points } of usage.groups) {
      expect(points).toEqual([{ at: '2026-11-24T12:00:00.000Z', numbers }]);
    }
    expect(usage.groups.length).toBeGreaterThan(4);
    expect(usage.fields[0]).toMatchObject({ rule: 'read:City.name' });
    const { usage: narrow } = await ask(
      `query ($keys: UsageFilter!) { usage(filter: $keys, interval: HOUR, groupBy: [OUTCOME]) {
        groups(first: 1, skip: 1) { outcome points { numbers { requests } } } fields { rule } } }`,
      { keys: { since: '2026-11-24T00:00:00Z', apiKeyId: names.id, outcome: 'OK' } },
    );
    expect(narrow).toEqual({ groups: [], fields: [] });
  });

  it('of a key is a field of it', async () => {
    const { apiKey } = await ask(
      `query ($id: ID!) { apiKey(id: $id) { usage(since: "2026-11-24T12:00:00Z", interval: HOUR, groupBy: [OUTCOME]) {
        groups { outcome numbers { requests } } } } }`,
      { id: populations.id },
    );
    expect(apiKey.usage.groups).toEqual([
      { outcome: 'OK', numbers: { requests: 3 } },
      { outcome: 'INVALID', numbers: { requests: 2 } },
    ]);
  });

  it('of the calling key can be read with it, on both surfaces', async () => {
    const own = `query ($since: DateTime!) { viewer { apiKey { usage(since: $since, interval: HOUR) {
      since until total { requests errors latencyP95 } points { at numbers { requests } } } } } }`;
    const since = { since: '2026-11-24T12:00:00Z' };
    await server.management(server.adminKey, ofKeys, { keys: { ...since }, interval: 'HOUR', by: [] });
    const { body } = await server.graphql(populations.key, own, since);
    const { usage } = body.data.viewer.apiKey;
    expect(usage).toMatchObject({ since: '2026-11-24T12:00:00.000Z', until: '2026-11-24T13:00:00.000Z' });
    expect(usage.total.requests).toBeGreaterThanOrEqual(5);
    expect(usage.points).toEqual([
      { at: since.since.replace('Z', '.000Z'), numbers: { requests: usage.total.requests } },
    ]);
    expect((await ask(own, since)).viewer.apiKey.usage.total.requests).toBeGreaterThan(1);
    const long = await server.graphql(populations.key, own, { since: '2025-01-01T00:00:00Z' });
    expect(long.codes).toEqual(['BAD_USER_INPUT']);
  });
});

it('does not grow with what hostile clients name', async () => {
  const before = await database.rows<{ rows: number }>(countRows);
  const hostile = await server.createKey(['read:Query.cities', 'read:City.name'], {
    throttle: { requests: { max: 100_000, window: 'PT1M' }, maximumAvailable: 1e6, maximumCost: 1e6 },
  });
  for (let number = 0; number < 250; number++) {
    const headers = { 'GraphQL-Client-Name': `client ${number}`, 'GraphQL-Client-Version': '\u00ff'.repeat(200) };
    await server.graphql(
      hostile.key,
      `query Hostile${number} { cities(first: 1) { nodes { name } } }`,
      {},
      { headers },
    );
  }
  const { counts } = await groupsBy(['OPERATION'], 'HOUR', { apiKeyId: hostile.id });
  expect(counts[0]).toEqual(['other', 50]);
  const after = await database.rows<{ rows: number }>(countRows);
  expect((after[0]?.rows ?? 0) - (before[0]?.rows ?? 0)).toBeLessThan(210);
});

const countRows = sql`SELECT count(*) AS rows FROM usage_minute`;
