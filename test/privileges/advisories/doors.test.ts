import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/database.ts';
import { openTestApp, type TestApp } from '../../support/test-app.ts';
import { openTestDatabase } from '../../support/test-database.ts';

/** Advisories about ways beside the gate, and places where values lie that nobody gates. Each says what to break. */
let test: TestApp;
let database: Database;
let weak: string;
beforeAll(async () => {
  database = await openTestDatabase({ places: true });
  test = await openTestApp({ overrides: { database } });
  weak = (await test.createKey(['read:Query', 'read:City.name', 'read:City.id'], { plan: 'ENTERPRISE' })).key;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

const population = '{ cities(first: 1) { nodes { population } } }';

describe('EN-892, Tyk: a document that asks for the schema was let through', () => {
  // Break: `plan.introspects` in pipeline/document/prepare-operation.ts: make no demands of such a document.
  it.each(['__schema { __typename }', '__type(name: "City") { name }', '__typename'])('%s', async (meta) => {
    for (const query of [population.replace('{', `{ ${meta}`), population.replace(/}$/, `${meta} }`)]) {
      const { status, codes } = await test.graphql(weak, query);
      expect([status, codes]).toEqual([403, ['FORBIDDEN']]);
    }
  });
});

describe('CVE-2026-35413, CVE-2025-53364: a door to the schema beside introspection', () => {
  // Break: the view that pipeline/serve-sdl.ts prints.
  it('every one shows the view, or is none', async () => {
    const sdl = await test.fetch('/schema.graphql', { headers: { 'X-API-Key': weak } });
    expect(await sdl.text()).not.toContain('population');
    const service = await test.graphql(weak, '{ _service { sdl } }');
    expect(service.codes).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(JSON.stringify(service.body)).not.toContain('population');
    for (const path of ['/graphql', '/', '/explorer', '/graphiql']) {
      const page = await test.fetch(path, { headers: { Accept: 'text/html' } });
      expect(await page.text(), path).not.toContain('contributorEmail');
    }
  });
});

describe('CVE-2026-32594, CVE-2026-35523, CVE-2026-5423: a transport beside the gate', () => {
  const url = `/graphql?query=${encodeURIComponent(population)}`;

  // Break: the call of `judgePrivileges` in pipeline/admit/admit-operation.ts.
  it('GET, POST and event streams have the same one', async () => {
    const headers = { Authorization: `Bearer ${weak}` };
    for (const accept of ['application/graphql-response+json', 'text/event-stream']) {
      const response = await test.fetch(url, { headers: { ...headers, Accept: accept } });
      const text = await response.text();
      expect(text, accept).toContain('FORBIDDEN');
      expect(text, accept).not.toMatch(/"population":\s*\d/);
    }
  });

  // Break: the refusal by `headRefusal` in http/edge.ts. There are no WebSockets, with a key or without.
  it('an upgrade gives no session that is trusted later', async () => {
    const upgrade = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Protocol': 'graphql-ws',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    for (const headers of [upgrade, { ...upgrade, Authorization: `Bearer ${weak}` }]) {
      const response = await test.fetch(url, { headers });
      const { errors } = await response.json();
      expect([response.status, errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
      expect(response.headers.get('connection')).toBe('close');
    }
  });

  it('each request brings its own key, whatever came before it', async () => {
    const query = '{ cities(first: 1) { nodes { name } } }';
    expect((await test.graphql(weak, query)).status).toBe(200);
    expect((await test.graphql(undefined, query)).status).toBe(401);
    const inPayload = await test.graphql(undefined, query, { connectionParams: { authorization: `Bearer ${weak}` } });
    expect(inPayload.status).toBe(401);
  });
});

describe('CVE-2026-118666: events of one subscription came to another caller', () => {
  const rules = ['read:Subscription', 'read:CityChange', 'read:City.country', 'read:City.name', 'read:Country.code'];
  const document = 'subscription ($of: String) { cityChanged(countryCode: $of) { city { name } } }';

  async function open(key: string, countryCode: string) {
    const response = await test.fetch('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', Authorization: `Bearer ${key}` },
      body: JSON.stringify({ query: document, variables: { of: countryCode } }),
    });
    const reader = response.body?.getReader();
    if (!reader) throw new Error('a stream has a body');
    const decoder = new TextDecoder();
    let text = '';
    return {
      /** Everything until a name arrives. */
      async until(name: string): Promise<string> {
        while (!text.includes(name)) {
          const { done, value } = await reader.read();
          if (done) throw new Error(`the stream ended before ${name}: ${text}`);
          text += decoder.decode(value, { stream: true });
        }
        return text;
      },
      close: () => reader.cancel(),
    };
  }

  // Break: the `countryCode` that `deliver` compares, apis/places/city/city-changes.ts; or one stream for equal documents.
  it('one document, two keys, two streams: each has its own variables, and ends alone', async () => {
    const writer = (await test.createKey(['write:Mutation', 'write:City', 'read:City.id'])).key;
    const create = async (name: string, countryCode: string) => {
      const { codes } = await test.graphql(
        writer,
        'mutation ($input: CreateCityInput!) { createCity(input: $input) { city { id } } }',
        { input: { name, countryCode, latitude: 1, longitude: 1 } },
      );
      expect(codes).toEqual([]);
    };
    const swiss = await open((await test.createKey(rules)).key, 'CH');
    const german = await open((await test.createKey(rules)).key, 'DE');
    await create('Berna', 'CH');
    await create('Berolina', 'DE');
    await create('Turicum', 'CH');
    expect(await swiss.until('Turicum')).not.toContain('Berolina');
    expect(await german.until('Berolina')).not.toContain('Berna');
    await swiss.close();
    await create('Colonia', 'DE');
    expect(await german.until('Colonia')).not.toContain('Turicum');
    await german.close();
  });
});

describe('CVE-2026-39943: values copied to where nobody gates them', () => {
  // Break: add `record.admitted?.variables.raw`, or the document's text, to `reportOf`, pipeline/answer/request-report.ts.
  it('the log holds no variable, no literal and no key', async () => {
    const { key } = await test.createKey(['*', 'read:City.contributorEmail', 'write:City.contributorEmail']);
    const base = { name: 'Logged', countryCode: 'CH', latitude: 1, longitude: 1 };
    const mutation = 'mutation ($input: CreateCityInput!) { createCity(input: $input) { city { id } } }';
    const made = await test.graphql(key, mutation, { input: { ...base, contributorEmail: 'variable@secret.example' } });
    expect(made.body.errors).toBeUndefined();
    await test.graphql(key, '{ cities(first: 1, filter: { name: { eq: "literal@secret.example" } }) { totalCount } }');
    const log = test.log.join('\n');
    expect(log).not.toContain('secret.example');
    expect(log).not.toContain(key);
    expect(log).not.toContain(key.split('_')[3]);
  });

  const createKeys = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } key } }';
  const rotate = 'mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { key } }';

  /** Every row of a table, as text. */
  async function contentOf(table: 'audit_event' | 'idempotency'): Promise<string> {
    const rows = await database.rows(sql`SELECT to_jsonb(t)::text AS row FROM ${sql.identifier(table)} t`);
    expect(rows.length).toBeGreaterThan(0);
    return rows.map((row) => String(row['row'])).join('\n');
  }

  // Break: add the text of the key to `after` of `change.record`, administration/insert-key.ts and issue-secret.ts.
  // Break: store `key` beside `resultId` in administration/idempotency.ts, and answer it to a replay.
  it('the audit trail and what makes calls repeatable hold no key, no part of one, and no hash of one', async () => {
    const { body: owner } = await test.management(test.adminKey, '{ viewer { application { id } } }');
    const applicationId = owner.data.viewer.application.id;
    const input = { applicationId, name: 'repeated', privileges: ['read:Query'], idempotencyKey: 'once' };
    const { createApiKey } = (await test.management(test.adminKey, createKeys, { input })).body.data;
    const again = (await test.management(test.adminKey, createKeys, { input })).body.data.createApiKey;
    expect(again).toEqual({ apiKey: createApiKey.apiKey, key: null });
    const turn = { id: createApiKey.apiKey.id, idempotencyKey: 'turned' };
    const rotated = (await test.management(test.adminKey, rotate, { input: turn })).body.data.rotateApiKey.key;
    expect((await test.management(test.adminKey, rotate, { input: turn })).body.data.rotateApiKey.key).toBeNull();

    const hashes = (await database.rows(sql`SELECT encode(hash, 'hex') AS hex FROM api_key_secret`)).map((row) =>
      String(row['hex']),
    );
    expect(hashes.length).toBeGreaterThan(1);
    for (const table of ['audit_event', 'idempotency'] as const) {
      const content = await contentOf(table);
      for (const key of [createApiKey.key, rotated]) {
        expect(content, table).not.toContain(key);
        expect(content, table).not.toContain(key.split('_')[3]);
      }
      for (const hex of hashes) expect(content, table).not.toContain(hex);
    }
  });
});
