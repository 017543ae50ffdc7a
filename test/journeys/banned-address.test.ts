import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { formatToken, generateToken } from '../../src/keys/token/key-token.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { openTestDatabase } from '../support/test-database.ts';

/** Statements that look keys up. */
let lookUps = 0;
let test: TestApp;
beforeAll(async () => {
  test = await openTestApp({ overrides: { database: counting(await openTestDatabase()) } });
});
afterAll(() => test.close());

function counting(real: Database): Database {
  const lookups = new Proxy(real.lookups, {
    get(target, name) {
      if (name === 'select') lookUps++;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { ...real, lookups };
}

const address = '198.51.100.9';
const unknownToken = () => generateToken('fieldpass', 'LIVE', systemRandom);
const unknownKey = () => formatToken(unknownToken());

async function ask(
  key: string,
  init: RequestInit = {},
  peerAddress = address,
): Promise<{ readonly status: number; readonly code: unknown }> {
  const response = await test.fetch(
    '/graphql',
    {
      method: 'POST',
      body: JSON.stringify({ query: '{ viewer { apiKey { name } } }' }),
      ...init,
      headers: { 'Content-Type': 'application/json', 'X-API-Key': key, ...init.headers },
    },
    { peerAddress, repeatedCredentials: false },
  );
  const { errors } = await response.json();
  return { status: response.status, code: errors?.[0].extensions.code };
}

describe('an address that failed too often', () => {
  const refused = { status: 429, code: 'TOO_MANY_FAILED_ATTEMPTS' };
  beforeAll(async () => {
    for (let attempt = 0; attempt <= 500; attempt++) await ask('nonsense');
    expect(await ask('nonsense')).toEqual(refused);
  });

  it('takes ten statements a second at the most, however many keys that there are not it asks for', async () => {
    const before = lookUps;
    const started = performance.now();
    const answers = await Promise.all(Array.from({ length: 300 }, () => ask(unknownKey())));
    const turns = (performance.now() - started) / 100;
    expect(answers).toEqual(answers.map(() => refused));
    expect(lookUps - before).toBeLessThanOrEqual(Math.ceil(turns) + 1);
    expect(lookUps).toBeGreaterThan(before);
  });

  it('takes none for what is refused at the edge', async () => {
    const before = lookUps;
    expect(await ask(unknownKey(), { method: 'DELETE', body: null })).toMatchObject({ status: 405 });
    expect(lookUps).toBe(before);
  });

  it('is told that it asks too much, however much that is, and shuts out nobody', async () => {
    const other = '198.51.100.10';
    for (let attempt = 0; attempt <= 500; attempt++) await ask('nonsense', {}, other);
    const { key } = await test.createKey(['*']);
    const flood = Promise.all(Array.from({ length: 3000 }, () => ask(unknownKey())));
    expect(await ask(key, {}, other)).toEqual({ status: 200, code: undefined });
    const answers = await flood;
    expect(answers.filter(({ status }) => status !== 429)).toEqual([]);
  });

  it('gets through with a key that is good, also with one that nobody has used before, while it floods', async () => {
    const { key } = await test.createKey(['*']);
    const flood = Array.from({ length: 100 }, () => ask(unknownKey()));
    expect(await ask(key)).toEqual({ status: 200, code: undefined });
    expect(await ask(key)).toEqual({ status: 200, code: undefined });
    await Promise.all(flood);
  });

  it('is told the same of an unknown key and of a wrong secret', async () => {
    const { key } = await test.createKey(['read:Query']);
    const [, , publicId = ''] = key.split('_');
    const wrong = formatToken({ ...unknownToken(), publicId });
    expect([await ask(wrong), await ask(unknownKey())]).toEqual([refused, refused]);
  });
});

it('fails to authenticate also with what is refused at the edge', async () => {
  const before = lookUps;
  for (let attempt = 0; attempt < 700; attempt++)
    await ask(unknownKey(), { method: 'DELETE', body: null }, '198.51.100.11');
  expect(lookUps - before).toBe(501);
  const { key } = await test.createKey(['*']);
  expect(await ask(key, {}, '198.51.100.11')).toEqual({ status: 200, code: undefined });
  expect(await ask(unknownKey(), {}, '198.51.100.11')).toMatchObject({ status: 429 });
});
