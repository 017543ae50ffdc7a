import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const github = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rotated = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** As https://api.github.com/meta/public_keys/secret_scanning answers. */
const published = JSON.stringify({
  public_keys: [
    { key_identifier: 'former', key: pemOf(github.publicKey), is_current: false },
    { key_identifier: 'current', key: pemOf(rotated.publicKey), is_current: true },
  ],
});

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp({ environment: { SECRET_SCANNING_PUBLIC_KEYS: published } });
});
afterAll(() => test.close());

function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

interface Signing {
  readonly identifier?: string;
  readonly privateKey?: KeyObject;
  /** What is signed, when it is not what is sent. */
  readonly over?: string;
}

function signed(body: string, { identifier = 'former', privateKey = github.privateKey, over = body }: Signing = {}) {
  return {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Github-Public-Key-Identifier': identifier,
      'Github-Public-Key-Signature': sign('sha256', Buffer.from(over), privateKey).toString('base64'),
    },
    body,
  };
}

async function send(init: RequestInit, of: TestApp = test) {
  const response = await of.fetch('/secret-scanning', init);
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text), text };
}

const use = async (key: string): Promise<string> =>
  (await test.graphql(key, '{ viewer { __typename } }')).codes[0] ?? 'OK';

function reportOf(...tokens: readonly string[]): string {
  const matches = tokens.map((token) => ({
    token,
    type: 'fieldpass_api_key',
    url: 'https://github.com/octocat/Hello-World/blob/main/a.txt',
    source: 'content',
  }));
  return JSON.stringify(matches);
}

describe('a report that GitHub signed', () => {
  it('disables what is a key, and says of each match whether it is one, without sending it back', async () => {
    const { key, id } = await test.createKey(['read:Query']);
    const other = `${key.slice(0, -1)}${key.endsWith('x') ? 'y' : 'x'}`;
    const { status, body, text } = await send(signed(reportOf(key, other, key)));
    expect(status).toBe(200);
    const feedback = (token: string, label: string) => ({
      token_hash: createHash('sha256').update(token).digest('hex'),
      token_type: 'fieldpass_api_key',
      label,
    });
    expect(body).toEqual([
      feedback(key, 'true_positive'),
      feedback(other, 'false_positive'),
      feedback(key, 'true_positive'),
    ]);
    expect(text).not.toContain(key.slice(-38));
    expect(await use(key)).toBe('API_KEY_DISABLED');
    const query = `query ($id: ID!) { apiKey(id: $id) { auditEvents(first: 10) { nodes { action actor { id } after } } } }`;
    const events = (await test.management(test.adminKey, query, { id })).body.data?.apiKey.auditEvents.nodes;
    expect(events?.find(({ action }: { action: string }) => action === 'api_key.exposed')).toMatchObject({
      after: {
        source: 'GITHUB',
        policy: 'DISABLE',
        done: 'DISABLE_KEY',
        url: 'https://github.com/octocat/Hello-World/blob/main/a.txt',
      },
    });
  });

  it('may be signed by any key that is configured', async () => {
    const { key } = await test.createKey(['read:Query']);
    const { status } = await send(signed(reportOf(key), { identifier: 'current', privateKey: rotated.privateKey }));
    expect([status, await use(key)]).toEqual([200, 'API_KEY_DISABLED']);
  });

  it('changes nothing when it is sent again, and is answered alike', async () => {
    const { key, id } = await test.createKey(['read:Query']);
    const init = signed(reportOf(key));
    const first = await send(init);
    const enable =
      'mutation ($id: ID!) { enableApiKey(input: { id: $id, keepExposedSecret: true }) { apiKey { etag } } }';
    const { body } = await test.management(test.adminKey, enable, { id });
    expect(await send(init)).toEqual(first);
    expect(await use(key)).toBe('OK');
    const etag = await test.management(test.adminKey, 'query ($id: ID!) { apiKey(id: $id) { etag } }', { id });
    expect(etag.body.data.apiKey.etag).toBe(body.data.enableApiKey.apiKey.etag);
  });

  it('tells of a key that has ended that it was one', async () => {
    const { key, id } = await test.createKey(['read:Query']);
    await test.management(test.adminKey, 'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id } } }', {
      id,
    });
    expect((await send(signed(reportOf(key)))).body[0].label).toBe('true_positive');
    expect(await use(key)).toBe('API_KEY_REVOKED');
  });

  it('is answered for many matches', async () => {
    const { key } = await test.createKey(['read:Query']);
    const tokens = Array.from({ length: 2000 }, (_, index) => `no key ${index}`);
    const { status, body } = await send(signed(reportOf(...tokens, key)));
    expect([status, body.length]).toEqual([200, 2001]);
    expect(body.filter(({ label }: { label: string }) => label === 'true_positive')).toHaveLength(1);
    expect(await use(key)).toBe('API_KEY_DISABLED');
  });

  it('may be empty', async () => {
    expect(await send(signed('[]'))).toMatchObject({ status: 200, body: [] });
  });
});

describe('a report that is refused', () => {
  it('is any that is not signed by a configured key, always in the same words', async () => {
    const { key } = await test.createKey(['read:Query']);
    const body = reportOf(key);
    const { headers } = signed(body);
    const without = (name: string) => Object.fromEntries(Object.entries(headers).filter(([given]) => given !== name));
    const attempts: Readonly<Record<string, RequestInit>> = {
      tampered: signed(body, { over: reportOf('harmless') }),
      'with another space': signed(`${body} `, { over: body }),
      'by somebody else': signed(body, { privateKey: stranger.privateKey }),
      'by the other key': signed(body, { privateKey: rotated.privateKey }),
      'under a name that is not known': signed(body, { identifier: 'nobody' }),
      'under the name of an object': signed(body, { identifier: '__proto__' }),
      'without a name': { method: 'POST', headers: without('Github-Public-Key-Identifier'), body },
      'without a signature': { method: 'POST', headers: without('Github-Public-Key-Signature'), body },
      'with garbage': { method: 'POST', headers: { ...headers, 'Github-Public-Key-Signature': 'garbage!' }, body },
      'with a very long signature': {
        method: 'POST',
        headers: { ...headers, 'Github-Public-Key-Signature': 'A'.repeat(5000) },
        body,
      },
      'with a management key': { method: 'POST', headers: { Authorization: `Bearer ${test.adminKey}` }, body },
    };
    const texts = new Set<string>();
    for (const [name, init] of Object.entries(attempts)) {
      const { status, text } = await send(init);
      expect(status, name).toBe(403);
      texts.add(text);
    }
    expect(texts.size).toBe(1);
    expect([...texts][0]).toContain('SIGNATURE_INVALID');
    expect(await use(key)).toBe('OK');
  });

  it.each(['', 'null', '{}', '[1]', '[{"token":1,"type":"a"}]', '[{"token":"t"', '\u0000'])(
    'is %j, although signed',
    async (body) => {
      const { status, body: answer } = await send(signed(body));
      expect([status, answer.errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
    },
  );

  it('is one that is too large, before it is read', async () => {
    const { status, body } = await send(signed(`[${' '.repeat(1_000_001)}]`));
    expect([status, body.errors[0].extensions.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it.each(['GET', 'PUT', 'DELETE'])('is a %s', async (method) => {
    const { status, body } = await send({ method });
    expect([status, body.errors[0].extensions.code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
  });

  it('leaves no key in the log', async () => {
    const { key } = await test.createKey(['read:Query']);
    await send(signed(reportOf(key), { over: 'other' }));
    await send(signed(reportOf(key)));
    expect(test.log.join('\n')).not.toContain(key.slice(-38));
  });
});

describe('a server without public keys', () => {
  it('has nothing at this path', async () => {
    const other = await openTestApp();
    for (const init of [signed(reportOf('x')), { method: 'GET' }]) {
      const { status, body } = await send(init, other);
      expect([status, body.errors[0].extensions.code]).toEqual([404, 'ROUTE_NOT_FOUND']);
    }
    await other.close();
  });
});
