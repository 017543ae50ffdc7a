import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let application: string;
beforeAll(async () => {
  test = await openTestApp({ places: true });
  const { body } = await test.management(test.adminKey, '{ viewer { application { id } } }');
  application = body.data.viewer.application.id;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

async function manager(privileges: string[], input: object = {}) {
  const { body } = await test.management(
    test.adminKey,
    'mutation($i: CreateApiKeyInput!){createApiKey(input:$i){key apiKey{id}}}',
    { i: { applicationId: application, name: 'm', type: 'MANAGEMENT', privileges, ...input } },
  );
  return { key: body.data.createApiKey.key as string, id: body.data.createApiKey.apiKey.id as string };
}

describe('a stream', () => {
  it('counts against a cap of open streams', async () => {
    const { key } = await test.createKey(['read:Subscription', 'read:CityChange', 'read:City.name']);
    const answers: Response[] = [];
    const open: AbortController[] = [];
    for (let i = 0; i < 30; i++) {
      const stop = new AbortController();
      open.push(stop);
      const answer = await test.fetch('/graphql', {
        method: 'POST',
        signal: stop.signal,
        headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', Authorization: `Bearer ${key}` },
        body: JSON.stringify({ query: 'subscription { cityChanged { __typename } }' }),
      });
      answers.push(answer);
    }
    for (const stop of open) stop.abort();
    const told = await Promise.all(answers.map((answer) => answer.text()));
    expect(told.filter((text) => !text.includes('THROTTLED')).length).toBeLessThanOrEqual(5);
  });

  it('that its key may not have is denied before it is told that there are too many', async () => {
    const throttle = { inFlight: 1 };
    const { key } = await test.createKey(['read:Subscription', 'read:CityChange', 'read:City.name'], { throttle });
    const stop = new AbortController();
    const open = (query: string) =>
      test.fetch('/graphql', {
        method: 'POST',
        signal: stop.signal,
        headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', Authorization: `Bearer ${key}` },
        body: JSON.stringify({ query }),
      });
    expect((await open('subscription { cityChanged { __typename } }')).status).toBe(200);
    const denied = await open('subscription { cityChanged { city { population } } }');
    expect(await denied.text()).toContain('FORBIDDEN');
    const left = async () =>
      (await test.graphql(key, '{ rateLimit { currentlyAvailable } }')).body.data.rateLimit.currentlyAvailable;
    const before = await left();
    expect(await (await open('subscription { cityChanged { __typename } }')).text()).toContain('streams');
    // The question itself costs a point, and nothing else was paid.
    expect(await left()).toBe(before - 1);
    stop.abort();
  });
});

describe('a management key with a small plan', () => {
  it('gives no key a bigger plan or throttle than its own, itself not either', async () => {
    const { key, id } = await manager(['*:Mutation.*', '*:ApiKey', '*:Throttle', 'read:Query'], {
      plan: 'FREE',
      grantable: ['read:City'],
    });
    const raised = await test.management(
      key,
      'mutation($i: UpdateApiKeyInput!){updateApiKey(input:$i){apiKey{plan}}}',
      {
        i: { id, plan: 'ENTERPRISE', throttle: { maximumAvailable: 1_000_000_000, restoreRate: 1_000_000_000 } },
      },
    );
    expect(raised.codes).toEqual(['PRIVILEGE_ESCALATION']);
  });
});

describe('documents in arguments', () => {
  it('reads a document that many aliases share once', async () => {
    const { key } = await manager(['read:Query', 'read:RequiredPrivilege'], { grantable: ['read:*'] });
    const document = `{ ${Array.from({ length: 1200 }, () => 'viewer{__typename}').join(' ')} }`;
    /** Points for reading, beside the price of the fields. */
    const paid = async (count: number) => {
      test.clock.advance(60_000);
      const { body } = await test.management(
        key,
        `query($d:String!){ ${Array.from({ length: count }, (_, i) => `a${i}: requiredPrivileges(document:$d){rule}`).join(' ')} }`,
        { d: document },
      );
      const { actualQueryCost, throttleStatus } = body.extensions.cost;
      return throttleStatus.maximumAvailable - throttleStatus.currentlyAvailable - actualQueryCost;
    };
    const once = await paid(1);
    expect(once).toBeGreaterThan(10);
    expect(await paid(4)).toBe(once);
  });
});

describe('the window', () => {
  it('is judged before a document is read, also on the management surface', async () => {
    const { key } = await manager(['read:Query'], { throttle: { requests: { max: 1, window: 'PT60S' } } });
    await test.management(key, '{ viewer { __typename } }');
    const valid = await test.management(key, '{ viewer { __typename } }');
    const invalid = await test.management(key, '{ nothing }');
    const unparsable = await test.management(key, '{');
    expect([valid.codes, invalid.codes, unparsable.codes]).toEqual([['THROTTLED'], ['THROTTLED'], ['THROTTLED']]);
  });
});

describe('parameters of a GET', () => {
  it.each(['variables={', 'variables=%5B%5D', 'extensions={', 'variables=1', 'operationName=%00'])(
    '%s is the caller’s mistake',
    async (text) => {
      const { key } = await test.createKey(['read:Query']);
      const answer = await test.fetch(`/graphql?query={__typename}&${text}`, {
        headers: { Authorization: `Bearer ${key}` },
      });
      expect(answer.status).toBeLessThan(500);
    },
  );
  it.each([
    '{',
    '"x"',
    '{"query":"{__typename}","variables":[1]}',
    '{"query":"{__typename}","extensions":"x"}',
    '{"query":null}',
    '{"query":""}',
    '{"query":"{__typename}","operationName":1}',
  ])('the body %s is the caller’s mistake', async (body) => {
    const { key } = await test.createKey(['read:Query']);
    const answer = await test.fetch('/graphql', {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body,
    });
    expect(answer.status).toBeLessThan(500);
  });
});
