import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let writer: string;
const rules = [
  'read:Subscription',
  'read:CityChange',
  'read:City.country',
  'read:City.name',
  'read:City.population',
  'read:Country.code',
];
beforeAll(async () => {
  test = await openTestApp({ places: true });
  writer = (await test.createKey(['write:Mutation', 'write:City', 'read:City.id'], { plan: 'ENTERPRISE' })).key;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

/** A subscription over the wire format of server-sent events: `next` messages until `complete`. */
async function subscribe(key: string, query = 'subscription { cityChanged { city { name population } } }') {
  const response = await test.fetch('/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', Authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) throw new Error('a stream has a body');
  let buffered = '';
  /** The next message that is no comment; `COMPLETE`; or `CLOSED`. */
  async function next() {
    for (;;) {
      const end = buffered.indexOf('\n\n');
      if (end >= 0) {
        const block = buffered.slice(0, end);
        buffered = buffered.slice(end + 2);
        if (/^event: ?complete/m.test(block)) return 'COMPLETE';
        const data = /^data: ?(.+)$/m.exec(block)?.[1];
        if (data !== undefined) return JSON.parse(data);
        continue;
      }
      const { done, value = '' } = await (reader as NonNullable<typeof reader>).read();
      if (done) return 'CLOSED';
      buffered += value;
    }
  }
  return { next, close: () => reader.cancel() };
}

async function change(name: string): Promise<void> {
  const input = { name, countryCode: 'CH', latitude: 47, longitude: 8, population: 7 };
  const mutation = 'mutation ($input: CreateCityInput!) { createCity(input: $input) { city { id } } }';
  expect((await test.graphql(writer, mutation, { input })).codes).toEqual([]);
}

const update = (input: object) =>
  test.management(
    test.adminKey,
    'mutation ($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { apiKey { id } } }',
    { input },
  );

describe('T30 a stream that is open', () => {
  it.each<[string, string, (id: string) => Promise<unknown>]>([
    ['loses a privilege under REJECT', 'FORBIDDEN', (id) => update({ id, removePrivileges: ['read:City.population'] })],
    ['is denied it by a rule', 'FORBIDDEN', (id) => update({ id, addPrivileges: ['!read:City.population'] })],
    [
      'loses a privilege under NULL, which is for queries',
      'FORBIDDEN',
      (id) => update({ id, onDenied: 'NULL', removePrivileges: ['read:City.population'] }),
    ],
    [
      'loses a privilege under HIDE',
      'GRAPHQL_VALIDATION_FAILED',
      (id) => update({ id, onDenied: 'HIDE', removePrivileges: ['read:City.population'] }),
    ],
    [
      'is restricted to other addresses',
      'API_KEY_IP_ADDRESS_BLOCKED',
      (id) => update({ id, restrictions: { server: { allowedIps: ['198.51.100.1'] } } }),
    ],
    [
      'is revoked',
      'API_KEY_REVOKED',
      (id) =>
        test.management(
          test.adminKey,
          'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { status } } }',
          { id },
        ),
    ],
  ])('ends at once, without waiting for an event, when its key %s', async (what, code, reduce) => {
    const { id, key } = await test.createKey(rules, { plan: 'ENTERPRISE' });
    const stream = await subscribe(key);
    await change(`Before ${what}`);
    expect((await stream.next()).data.cityChanged.city).toEqual({ name: `Before ${what}`, population: 7 });
    await reduce(id);
    const last = await stream.next();
    expect(last.errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code)).toEqual([code]);
    expect(last).not.toHaveProperty('data');
    if (code === 'GRAPHQL_VALIDATION_FAILED')
      expect(last.errors[0].message).toBe('Cannot query field "population" on type "City".');
    expect(await stream.next()).toMatch(/COMPLETE|CLOSED/);
  });

  it('goes on when its key loses something else, or gains', async () => {
    const { id, key } = await test.createKey([...rules, 'read:City.id'], { plan: 'ENTERPRISE' });
    const stream = await subscribe(key);
    await update({ id, removePrivileges: ['read:City.id'], addPrivileges: ['read:City.adminCode'] });
    await change('Still there');
    expect((await stream.next()).data.cityChanged.city.name).toBe('Still there');
    await stream.close();
  });

  it('is measured event by event as long as its key says so', async () => {
    const { id, key } = await test.createKey(rules.slice(0, 4), {
      plan: 'ENTERPRISE',
      enforcement: { privileges: 'MEASURE' },
    });
    const stream = await subscribe(key);
    await change('Measured');
    expect((await stream.next()).data.cityChanged.city).toEqual({ name: 'Measured', population: 7 });
    await update({ id, enforcement: null });
    await change('Enforced');
    expect((await stream.next()).errors[0].extensions.code).toBe('FORBIDDEN');
  });
});

describe('a stream whose key ends by the clock', () => {
  const minute = 60_000;
  const day = 1440 * minute;
  const at = (ms: number) => new Date(test.clock.now() + ms).toISOString();
  const endsWith = async ({ next }: Awaited<ReturnType<typeof subscribe>>, code: string, moment: string) => {
    const last = await next();
    expect(last.errors).toEqual([{ message: expect.any(String), extensions: { code, at: moment } }]);
    expect(last).not.toHaveProperty('data');
    expect(await next()).toMatch(/COMPLETE|CLOSED/);
  };

  it('says so with each event, and ends at that moment without waiting for another', async () => {
    const expiresAt = at(day);
    const { key } = await test.createKey(rules, { plan: 'ENTERPRISE', expiresAt });
    const stream = await subscribe(key);
    for (const name of ['First', 'Second']) {
      await change(name);
      const { data, extensions } = await stream.next();
      expect(data.cityChanged.city.name).toBe(name);
      expect(extensions.apiKey).toEqual({ expiresAt, warning: expect.stringContaining('expires soon') });
      expect(extensions.cost.requestedQueryCost).toBeGreaterThan(0);
    }
    test.clock.advance(day - 1);
    await change('Last');
    expect((await stream.next()).data.cityChanged.city.name).toBe('Last');
    test.clock.advance(1);
    await endsWith(stream, 'API_KEY_EXPIRED', expiresAt);
  });

  it('says nothing while the end is far away', async () => {
    const { key } = await test.createKey(rules, { plan: 'ENTERPRISE', expiresAt: at(15 * day) });
    const stream = await subscribe(key);
    await change('Far');
    expect((await stream.next()).extensions).not.toHaveProperty('apiKey');
    await stream.close();
  });

  it('says so with the refusal that ends it before', async () => {
    const expiresAt = at(day);
    const { id, key } = await test.createKey(rules, { plan: 'ENTERPRISE', expiresAt });
    const stream = await subscribe(key);
    await update({ id, removePrivileges: ['read:City.population'] });
    const last = await stream.next();
    expect(last.errors[0].extensions.code).toBe('FORBIDDEN');
    expect(last.extensions.apiKey.expiresAt).toBe(expiresAt);
  });

  it('ends with the grace period of the secret that opened it', async () => {
    const { id, key } = await test.createKey(rules, { plan: 'ENTERPRISE' });
    const stream = await subscribe(key);
    const graceEnds = at(60 * minute);
    const rotated = await test.management(
      test.adminKey,
      'mutation ($id: ID!) { rotateApiKey(input: { id: $id, gracePeriod: "PT1H" }) { key } }',
      { id },
    );
    const fresh = await subscribe(rotated.body.data.rotateApiKey.key);
    await change('Rotated');
    const { extensions } = await stream.next();
    expect(extensions.apiKey).toEqual({ expiresAt: graceEnds, warning: expect.stringContaining('was rotated') });
    expect((await fresh.next()).extensions).not.toHaveProperty('apiKey');
    test.clock.advance(60 * minute);
    await endsWith(stream, 'API_KEY_EXPIRED', graceEnds);
    await change('With the new secret');
    expect((await fresh.next()).data.cityChanged.city.name).toBe('With the new secret');
    await fresh.close();
  });

  it('follows an end that is moved, in both directions', async () => {
    const { id, key } = await test.createKey(rules, { plan: 'ENTERPRISE', expiresAt: at(10 * minute) });
    const stream = await subscribe(key);
    await update({ id, expiresAt: at(30 * minute) });
    test.clock.advance(10 * minute);
    await change('Extended');
    expect((await stream.next()).data.cityChanged.city.name).toBe('Extended');
    const expiresAt = at(5 * minute);
    await update({ id, expiresAt });
    await change('Shortened');
    expect((await stream.next()).extensions.apiKey.expiresAt).toBe(expiresAt);
    test.clock.advance(5 * minute);
    await endsWith(stream, 'API_KEY_EXPIRED', expiresAt);
  });
});

describe('T30 a stream that asks for too much', () => {
  it.each([
    ['REJECT', 'FORBIDDEN'],
    ['NULL', 'FORBIDDEN'],
    ['HIDE', 'GRAPHQL_VALIDATION_FAILED'],
  ])('is not opened under %s', async (onDenied, code) => {
    const { key } = await test.createKey(rules, { plan: 'ENTERPRISE', onDenied });
    const stream = await subscribe(key, 'subscription { cityChanged { city { name editorNotes } } }');
    const first = await stream.next();
    expect(first.errors[0].extensions.code).toBe(code);
    expect(first).not.toHaveProperty('data');
  });
});
