import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectRefused, expectServed, list, openStage, type Reviewed, type Stage, surfaces } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.test.close());
beforeEach(() => stage.test.clock.advance(60_000));

describe.each(surfaces)('other doors on $path', (surface) => {
  const { type, secret, name, path } = surface;
  const rule = `read:${type}.${secret}`;
  const denied = `{ ${list(surface, `name ${secret}`)} }`;
  let own: Reviewed;
  beforeAll(() => {
    own = stage.of[name];
  });
  const post = (key: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    stage.test.fetch(path, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/graphql-response+json',
        'X-API-Key': key,
        ...headers,
      },
      body: JSON.stringify(body),
    });
  const get = (key: string, query: string, headers: Readonly<Record<string, string>> = {}) =>
    stage.test.fetch(`${path}?query=${encodeURIComponent(query)}`, {
      headers: { Accept: 'application/graphql-response+json', 'X-API-Key': key, ...headers },
    });

  it('T28 a document that a stronger key made known, or an admin registered, is judged anew for each key', async () => {
    // Parsed, validated and compiled for a key that may: what is skipped now is all but the verdict.
    expectServed(await own.ask(own.strong, denied));
    expectServed(await own.ask(own.strong, denied));
    expectRefused(await own.ask(own.weak, denied), rule);

    const sha256Hash = createHash('sha256').update(denied).digest('hex');
    const byHash = [
      { extensions: { persistedQuery: { version: 1, sha256Hash } } },
      { documentId: `sha256:${sha256Hash}` },
    ];
    const askByHash = async (key: string) => {
      const answers = await Promise.all(byHash.map((body) => post(key, body)));
      return Promise.all(answers.map(async (answer) => [answer.status, await answer.text()] as const));
    };
    // That somebody sent it registers nothing.
    for (const [status, text] of await askByHash(own.weak)) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(text).toContain('PERSISTED_QUERY_NOT_FOUND');
      expect(text).not.toContain('"data"');
    }
    const beside = await post(own.weak, { query: `{ ${list(surface, 'name')} }`, ...byHash[0] });
    expect([beside.status, await beside.text()]).toEqual([400, expect.stringContaining('BAD_REQUEST')]);
    expect((await post(own.weak, { query: denied, ...byHash[0] })).status).toBe(403);

    // Documents are registered for the protected API alone.
    if (name === 'MANAGEMENT') return;
    const register = 'mutation ($input: RegisterDocumentsInput!) { registerDocuments(input: $input) { __typename } }';
    expectServed(await stage.test.management(stage.test.adminKey, register, { input: { documents: [denied] } }));
    for (const [status, text] of await askByHash(own.strong)) {
      expect([status, text]).toEqual([200, expect.stringContaining(`"${secret}"`)]);
    }
    for (const [status, text] of await askByHash(own.weak)) {
      expect([status, text]).toEqual([403, expect.stringContaining(rule)]);
      expect(text).not.toContain('"data"');
    }
  });

  it('T29 no answer is cached: whoever asked before, a key is judged alone, and never told 304', async () => {
    const byPost = (key: string, more?: Readonly<Record<string, string>>) => post(key, { query: denied }, more);
    const byGet = (key: string, more?: Readonly<Record<string, string>>) => get(key, denied, more);
    for (const send of [byGet, byPost]) {
      const warm = await send(own.strong);
      expect(warm.status).toBe(200);
      expect(warm.headers.get('etag')).toBeNull();
      expect(warm.headers.get('last-modified')).toBeNull();
      expect(warm.headers.get('cache-control')).toBe('private, no-store');
      expect(warm.headers.get('vary')).toMatch(/Authorization.*X-API-Key/);
      const body = await warm.text();
      const guesses = [
        createHash('sha1').update(body).digest('hex'),
        createHash('sha256').update(body).digest('base64'),
      ];
      for (const etag of ['*', ...guesses.map((hash) => `"${hash}"`), ...guesses.map((hash) => `W/"${hash}"`)]) {
        const asked = await send(own.weak, {
          'If-None-Match': etag,
          'If-Modified-Since': 'Fri, 01 Jan 2100 00:00:00 GMT',
        });
        expect(asked.status, etag).toBe(403);
        expect(await asked.text()).toContain(rule);
      }
    }
  });

  it('T31 @defer and @stream are in no schema here: around a denied field nothing runs, first or later', async () => {
    for (const accept of ['application/json', 'multipart/mixed', 'multipart/mixed; deferSpec=20220824, */*']) {
      for (const key of [own.weak, own.strong]) {
        for (const query of [
          `{ ${list(surface, `name ... @defer { ${secret} }`)} }`,
          `{ ${list(surface, `name ...F @defer(label: "later")`)} } fragment F on ${type} { ${secret} }`,
          `{ ${list(surface, `name ${secret}`).replace('nodes', 'nodes @stream(initialCount: 0)')} }`,
        ]) {
          const answer = await post(key, { query }, { Accept: accept });
          const text = await answer.text();
          expect(text, `${accept} ${query}`).not.toContain('"data"');
          expect(text).not.toMatch(/hasNext|incremental/);
          if (accept === 'multipart/mixed') expect(answer.status).toBe(406);
          else expect(text).toMatch(/Unknown directive \\"@(defer|stream)\\"/);
        }
      }
    }
  });
});

const cityChanged = 'subscription { cityChanged { city { name population } } }';

describe('subscriptions on /graphql', () => {
  const rules = ['read:Subscription', 'read:CityChange', 'read:City.name', 'read:City.population'];

  /** An open stream of events, and what it has sent so far. */
  async function open(key: string, query = cityChanged) {
    const response = await stage.test.fetch('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', 'X-API-Key': key },
      body: JSON.stringify({ query }),
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!reader) throw new Error('a stream has a body');
    let received = '';
    const readOn = async (until: string | undefined): Promise<string> => {
      for (;;) {
        if (until !== undefined && received.includes(until)) return received;
        const { done, value = '' } = await reader.read();
        if (done) return received;
        received += value;
      }
    };
    return { response, until: (text: string) => readOn(text), untilClosed: () => readOn(undefined) };
  }

  async function change(title: string): Promise<void> {
    const mutation = 'mutation ($input: CreateCityInput!) { createCity(input: $input) { city { id } } }';
    const { newObject, strong, ask } = stage.of.API;
    expectServed(await ask(strong, mutation, { input: { ...newObject, name: title, population: 7 } }));
  }

  const manage = (mutation: string, input: object) =>
    stage.test.management(
      stage.test.adminKey,
      `mutation ($input: ${mutation}Input!) { ${mutation.replace(/^./, (first) => first.toLowerCase())}(input: $input) { apiKey { id } } }`,
      { input },
    );

  it.each([
    ['T30 a stream ends, coded, when its key loses what it reads', 'FORBIDDEN', 'UpdateApiKey'],
    ['T30 a stream ends, coded, when its key is revoked', 'API_KEY_REVOKED', 'RevokeApiKey'],
  ])('%s', async (_, code, mutation) => {
    const { id, key } = await stage.of.API.key(rules);
    const stream = await open(key);
    await change(`Before ${code}`);
    expect(await stream.until(`Before ${code}`)).not.toContain('errors');
    const loss = mutation === 'UpdateApiKey' ? { removePrivileges: ['read:City.population'] } : {};
    expectServed(await manage(mutation, { id, ...loss }));
    await change(`After ${code}`);
    const all = await stream.untilClosed();
    expect(all).toContain(`"code":"${code}"`);
    expect(all).not.toContain(`After ${code}`);
  });

  it('T30 a denied field deep in the events refuses the stream before it is open', async () => {
    const { key } = await stage.of.API.key(rules);
    const stream = await open(
      key,
      'subscription { cityChanged { ...F } } fragment F on CityChange { city { country { name } } }',
    );
    const all = await stream.untilClosed();
    expect(all).toContain('"code":"FORBIDDEN"');
    expect(all).toContain('read:City.country');
    expect(all).not.toContain('"data":');
  });
});

describe('subscriptions on /admin/graphql', () => {
  it('T30 there are none: nothing is opened, whatever the key may do', async () => {
    const { strong, weak } = stage.of.MANAGEMENT;
    for (const key of [strong, weak]) {
      const response = await stage.test.fetch('/admin/graphql', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', 'X-API-Key': key },
        body: JSON.stringify({ query: cityChanged }),
      });
      const text = await response.text();
      expect(text).toMatch(/GRAPHQL_VALIDATION_FAILED|OPERATION_RESOLUTION_FAILURE/);
      expect(text).not.toMatch(/"data":\{/);
    }
  });
});
