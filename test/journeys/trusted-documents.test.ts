import { createHash } from 'node:crypto';
import { GraphQLClient } from 'graphql-request';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Addresses } from '../../src/compose/open-listeners.ts';
import type { Queries } from '../../src/db/database.ts';
import { DeadlineExceeded } from '../../src/kernel/deadline.ts';
import { plentiful } from '../support/hostile-values.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { openTestDatabase } from '../support/test-database.ts';

const country = 'query Country($code: String!) { country(code: $code) { name } }';
const neverRegistered = 'query Never($code: String!) { country(code: $code) { capital } }';
const typename = '{ __typename }';
const mutation = 'mutation ($id: ID!) { deleteCity(input: { id: $id }) { deletedCityId } }';
const register = `mutation ($input: RegisterDocumentsInput!) {
  registerDocuments(input: $input) { documents { documentId text } }
}`;

let test: TestApp;
let addresses: Addresses;
/** May read all countries and cities, and send whatever it likes. */
let free: string;
beforeAll(async () => {
  const database = await openTestDatabase({ places: true });
  test = await openTestApp({ overrides: { database: { ...database, queries: failingOnDemand(database.queries) } } });
  addresses = await test.app.listen();
  free = (await test.createKey(['read:Query', 'read:Country', 'read:City'], { throttle: plentiful })).key;
  const { codes } = await test.management(test.adminKey, register, {
    input: { documents: [country, mutation, typename] },
  });
  expect(codes).toEqual([]);
  expect((await post(free, { documentId: sha256(typename) })).data).toEqual({ __typename: 'Query' });
});
afterAll(() => test.close());

/** While true, reads fail as they do when the database does not answer. */
let away = false;

function failingOnDemand(queries: Queries): Queries {
  return new Proxy(queries, {
    get(target, name) {
      if (name === 'select' && away) throw new DeadlineExceeded('the database did not answer');
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function persisted(text: string, version: unknown = 1) {
  return { persistedQuery: { version, sha256Hash: sha256(text) } };
}

async function post(key: string, body: unknown, path = '/graphql', accept = 'application/graphql-response+json') {
  const headers = { 'Content-Type': 'application/json', Accept: accept, 'X-API-Key': key };
  const response = await test.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  return answerOf(response);
}

async function get(key: string, parameters: Readonly<Record<string, string>>, path = '/graphql') {
  const headers = { Accept: 'application/graphql-response+json', 'X-API-Key': key };
  return answerOf(await test.fetch(`${path}?${new URLSearchParams(parameters)}`, { headers }));
}

async function answerOf(response: Response) {
  // biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, whatever they are
  const body: any = await response.json();
  const codes = (body.errors ?? []).map((error: { extensions: { code: string } }) => error.extensions.code);
  return { status: response.status, data: body.data, codes, message: body.errors?.[0]?.message, errors: body.errors };
}

const variables = { code: 'CH' };
const answered = { country: { name: 'Switzerland' } };

describe('a registered document', () => {
  it.each([
    ['its id', { documentId: `sha256:${sha256(country)}` }],
    ['its hash', { documentId: sha256(country) }],
    ['its hash in upper case', { documentId: `sha256:${sha256(country).toUpperCase()}` }],
    ["Apollo's format", { extensions: persisted(country) }],
    ['both, which agree', { documentId: sha256(country), extensions: persisted(country) }],
    ['both, and its text', { query: country, documentId: sha256(country), extensions: persisted(country) }],
    ['its id, and a query that is null', { query: null, documentId: sha256(country) }],
  ])('is executed by %s', async (_, named) => {
    expect(await post(free, { ...named, variables })).toMatchObject({ status: 200, codes: [], data: answered });
  });

  it('is executed by a GET that names it', async () => {
    const text = JSON.stringify(variables);
    const byId = await get(free, { documentId: `sha256:${sha256(country)}`, variables: text });
    const byHash = await get(free, { extensions: JSON.stringify(persisted(country)), variables: text });
    expect([byId.data, byHash.data]).toEqual([answered, answered]);
  });

  it('is a mutation that no GET executes', async () => {
    const answer = await get(free, { documentId: sha256(mutation), variables: '{"id":"x"}' });
    expect([answer.status, answer.codes]).toEqual([405, ['METHOD_NOT_ALLOWED']]);
  });

  it('gives no key more than it may', async () => {
    const { key } = await test.createKey(['read:Query', 'read:Country.code']);
    const answer = await post(key, { documentId: sha256(country), variables });
    expect([answer.status, answer.codes]).toEqual([403, ['FORBIDDEN']]);
    expect(answer.errors[0].extensions.required).toEqual(['read:Country.name']);
  });

  it('costs what its text costs, and is paid', async () => {
    const poor = await test.createKey(['read:Query', 'read:Country'], { throttle: { maximumCost: 1 } });
    const headers = { 'Content-Type': 'application/json', 'X-API-Key': poor.key };
    const spend = async (body: object) =>
      (await test.fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ ...body, variables }) })).json();
    const [byText, byId] = [await spend({ query: country }), await spend({ documentId: sha256(country) })];
    expect(byId.extensions.cost.requestedQueryCost).toBe(byText.extensions.cost.requestedQueryCost);
    expect(byId.extensions.cost.throttleStatus.currentlyAvailable).toBeLessThan(
      byText.extensions.cost.throttleStatus.currentlyAvailable,
    );
  });

  it('is counted as the operation that it is', async () => {
    const { key, id } = await test.createKey(['read:Query', 'read:Country']);
    await post(key, { documentId: sha256(country), variables });
    const query = `query ($id: ID!) { requests(first: 1, filter: { apiKeyId: $id }) { nodes { operationName outcome } } }`;
    const { body } = await test.management(test.adminKey, query, { id });
    expect(body.data.requests.nodes).toEqual([{ operationName: 'Country', outcome: 'OK' }]);
  });
});

describe('a document that nobody registered', () => {
  it.each([
    ['an id', { documentId: sha256(neverRegistered) }],
    ["Apollo's format", { extensions: persisted(neverRegistered) }],
    ['the hash of the text with another space', { documentId: sha256(`${country} `) }],
  ])('is not found by %s, in the words that clients look for', async (_, named) => {
    const answer = await post(free, { ...named, variables });
    expect(answer).toMatchObject({ status: 400, codes: ['PERSISTED_QUERY_NOT_FOUND'] });
    expect([answer.message, answer.data]).toEqual(['PersistedQueryNotFound', undefined]);
    // Clients that read JSON read it with any status of 200 alone.
    expect(await post(free, { ...named, variables }, '/graphql', 'application/json')).toMatchObject({ status: 200 });
  });

  it('is executed when its text comes with its hash, and not kept', async () => {
    const body = { variables, extensions: persisted(neverRegistered) };
    expect((await post(free, { ...body, query: neverRegistered })).data).toEqual({ country: { capital: ['Bern'] } });
    expect((await post(free, body)).codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
  });

  it('is not said to be unknown when the database does not answer; what was read before is executed', async () => {
    expect((await post(free, { documentId: sha256(country), variables })).status).toBe(200);
    away = true;
    try {
      const answer = await post(free, { documentId: sha256('{ neverAskedFor: __typename }') });
      expect(answer).toMatchObject({ status: 503, codes: ['DATABASE_UNAVAILABLE'] });
      expect((await post(free, { documentId: sha256(typename) })).data).toEqual({ __typename: 'Query' });
    } finally {
      away = false;
    }
  });

  it('needs a key all the same', async () => {
    expect(await post('fieldpass_live_no', { documentId: sha256(country) })).toMatchObject({
      status: 401,
      codes: ['API_KEY_INVALID'],
    });
  });
});

describe('what does not fit together', () => {
  it.each([
    ['the right text and a wrong hash', { query: country, documentId: sha256(neverRegistered) }],
    ['the right text and a wrong hash as Apollo sends it', { query: country, extensions: persisted(mutation) }],
    ['another text under a registered hash', { query: neverRegistered, documentId: sha256(country) }],
    ['the text with another space', { query: `${country}\n`, documentId: sha256(country) }],
    ['no text, given as one', { query: '', documentId: sha256(country) }],
    ['two hashes', { documentId: sha256(country), extensions: persisted(mutation) }],
    ['an id that is none', { documentId: 'Country' }],
    ['an id of another kind', { documentId: `md5:${sha256(country)}` }],
    ['an id that is a number', { documentId: 5 }],
    ['an id that is a list', { documentId: [sha256(country)] }],
    ['an id that is very long', { documentId: `sha256:${'0'.repeat(50_000)}` }],
    ['a hash that is none', { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }],
    ['no hash', { extensions: { persistedQuery: { version: 1 } } }],
    ['a batch', [{ documentId: sha256(country), variables }]],
  ])('is refused: %s', async (_, body) => {
    const answer = await post(free, Array.isArray(body) ? body : { ...body, variables });
    expect(answer).toMatchObject({ status: 400, codes: ['BAD_REQUEST'] });
    expect(answer.data).toBeUndefined();
  });

  it.each([2, '1', null, undefined])('says that version %s of the protocol is not supported', async (version) => {
    const answer = await post(free, { extensions: { persistedQuery: { version, sha256Hash: sha256(country) } } });
    expect(answer).toMatchObject({
      status: 400,
      codes: ['PERSISTED_QUERY_NOT_SUPPORTED'],
      message: 'PersistedQueryNotSupported',
    });
  });

  it('is of the protected API: the management API knows no document by name', async () => {
    for (const named of [{ documentId: sha256(country) }, { extensions: persisted(country) }]) {
      const answer = await post(test.adminKey, { ...named, variables }, '/admin/graphql');
      expect(answer.codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    }
  });
});

describe('a key that is for listed documents', () => {
  const listed = 'query Listed { country(code: "DE") { name } }';
  let key: string;
  let id: string;
  beforeAll(async () => {
    const documentIds = [`sha256:${sha256(country).toUpperCase()}`, sha256(listed), sha256(listed)];
    ({ key, id } = await test.createKey(['read:Query', 'read:Country', 'read:City'], {
      restrictions: { api: { documentIds } },
    }));
  });
  const blocked = { status: 403, codes: ['API_KEY_SERVICE_BLOCKED'] };

  it('sends them by id, or as text, registered or not', async () => {
    expect((await post(key, { documentId: sha256(country), variables })).data).toEqual(answered);
    expect((await post(key, { query: country, variables })).data).toEqual(answered);
    expect((await post(key, { query: listed })).data).toEqual({ country: { name: 'Germany' } });
  });

  it('sends no other: not one space more, and none that is registered and not listed', async () => {
    for (const body of [
      { query: `${country} `, variables },
      { query: `#\n${listed}` },
      { query: neverRegistered, variables },
      { documentId: sha256(mutation), variables: { id: 'x' } },
    ]) {
      const answer = await post(key, body);
      expect(answer).toMatchObject(blocked);
      expect(answer.data).toBeUndefined();
    }
  });

  it('exports no schema, and asks for none', async () => {
    expect((await test.fetch('/schema.graphql', { headers: { 'X-API-Key': key } })).status).toBe(403);
    expect(await post(key, { query: '{ __schema { queryType { name } } }' })).toMatchObject(blocked);
  });

  it.each(['NULL', 'HIDE'])('is judged by what it sent, also with onDenied %s', async (onDenied) => {
    const half = 'query { country(code: "CH") { name capital } }';
    const made = await test.createKey(['read:Query', 'read:Country.code', 'read:Country.name'], {
      onDenied,
      restrictions: { api: { documentIds: [sha256(half)] } },
    });
    const allowed = await post(made.key, { query: half });
    expect(allowed.codes).not.toContain('API_KEY_SERVICE_BLOCKED');
    expect(await post(made.key, { query: 'query { country(code: "CH") { name } }' })).toMatchObject(blocked);
  });

  it('shows the ids in one spelling', async () => {
    const query = 'query ($id: ID!) { apiKey(id: $id) { restrictions { api { documentIds rootFields } } } }';
    const { body } = await test.management(test.adminKey, query, { id });
    expect(body.data.apiKey.restrictions.api).toEqual({
      documentIds: [`sha256:${sha256(country)}`, `sha256:${sha256(listed)}`],
      rootFields: null,
    });
  });

  it('is explained so', async () => {
    const query = `query ($input: ExplainRequestInput!) {
      explainRequest(input: $input) { allowed steps { step outcome code } }
    }`;
    const explain = async (document: string) =>
      (await test.management(test.adminKey, query, { input: { apiKeyId: id, document } })).body.data.explainRequest;
    expect((await explain(listed)).allowed).toBe(true);
    const other = await explain(`${listed} `);
    expect(other.allowed).toBe(false);
    expect(other.steps).toContainEqual({
      step: 'API_RESTRICTIONS',
      outcome: 'REFUSED',
      code: 'API_KEY_SERVICE_BLOCKED',
    });
  });

  it('is refused a list that cannot be used', async () => {
    for (const documentIds of [[], ['Country'], [`sha256:${'0'.repeat(63)}`], new Array(1001).fill(sha256(country))]) {
      await expect(test.createKey([], { restrictions: { api: { documentIds } } })).rejects.toThrow('BAD_USER_INPUT');
    }
  });
});

describe('a client on a real port that asks by hash first', () => {
  it('is answered by hash what is registered, and falls back to the text for the rest', async () => {
    const sent: string[] = [];
    // What Apollo Client's and urql's links do, around another client's fetch.
    const persistedFetch: typeof fetch = async (input, init) => {
      const { query, ...rest } = JSON.parse(String(init?.body));
      const extensions = persisted(query);
      const headers = { ...Object.fromEntries(new Headers(init?.headers)), accept: 'application/json' };
      const send = async (body: object) => fetch(input, { ...init, headers, body: JSON.stringify(body) });
      const first = await send({ ...rest, extensions });
      sent.push('hash');
      const { errors } = (await first.clone().json()) as { errors?: { message: string }[] };
      if (!first.ok || !errors?.some(({ message }) => message === 'PersistedQueryNotFound')) return first;
      sent.push('text');
      return send({ ...rest, query, extensions });
    };
    const client = new GraphQLClient(addresses.api, { headers: { 'X-API-Key': free }, fetch: persistedFetch });
    expect(await client.request(country, variables)).toEqual(answered);
    expect(sent).toEqual(['hash']);
    expect(await client.request(neverRegistered, variables)).toEqual({ country: { capital: ['Bern'] } });
    expect(sent).toEqual(['hash', 'hash', 'text']);
  });
});
