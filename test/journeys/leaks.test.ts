import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { leakGraceMs } from '../../src/leaks/leak-policy.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const report = 'mutation ($input: ReportLeakedApiKeysInput!) { reportLeakedApiKeys(input: $input) { status } }';
const rotate = 'mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { key } }';
const accepted = { data: { reportLeakedApiKeys: { status: 'ACCEPTED' } } };

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp();
});
afterAll(() => test.close());
// A minute later the field may be called again.
beforeEach(() => test.clock.advance(61_000));

async function applicationWith(leakPolicy: string | undefined): Promise<string> {
  const input = { name: 'Leaky', ownerName: 'Ada', ownerEmail: 'ada@example.com', leakPolicy };
  const mutation =
    'mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { id leakPolicy } } }';
  const { body } = await test.management(test.adminKey, mutation, { input });
  const { application } = body.data.createApplication;
  expect(application.leakPolicy).toBe(leakPolicy ?? 'DISABLE');
  return application.id;
}

async function keyWith(leakPolicy: string | undefined, input: object = {}) {
  return test.createKey(['read:Query'], { applicationId: await applicationWith(leakPolicy), ...input });
}

async function reportKeys(keys: readonly string[], reporter = test.adminKey) {
  const { body } = await test.management(reporter, report, { input: { keys } });
  const { extensions: _, ...answer } = body;
  return answer;
}

const use = async (key: string): Promise<string> =>
  (await test.graphql(key, '{ viewer { __typename } }')).codes[0] ?? 'OK';

// biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, whatever they are
async function keyState(id: string): Promise<any> {
  const query = `query ($id: ID!) { apiKey(id: $id) { status disabledAt secrets { status exposedAt expiresAt } } }`;
  return (await test.management(test.adminKey, query, { id })).body.data.apiKey;
}

describe('a reported key', () => {
  it.each([undefined, 'DISABLE'])('is disabled at once under the policy %s', async (policy) => {
    const { key, id } = await keyWith(policy);
    expect(await use(key)).toBe('OK');
    expect(await reportKeys([key])).toEqual(accepted);
    expect(await use(key)).toBe('API_KEY_DISABLED');
    const state = await keyState(id);
    expect(state.status).toBe('DISABLED');
    expect(state.secrets[0].exposedAt).toBe(new Date(test.clock.now()).toISOString());
  });

  it('goes on under ALERT, and its report is kept', async () => {
    const { key, id } = await keyWith('ALERT');
    expect(await reportKeys([key])).toEqual(accepted);
    expect(await use(key)).toBe('OK');
    expect((await keyState(id)).secrets[0].exposedAt).not.toBeNull();
  });

  it('ends after the grace under EXPIRE_AFTER_GRACE, and says so until then', async () => {
    const { key, id } = await keyWith('EXPIRE_AFTER_GRACE');
    expect(await reportKeys([key])).toEqual(accepted);
    const { body } = await test.graphql(key, '{ viewer { __typename } }');
    const ends = new Date(test.clock.now() + leakGraceMs).toISOString();
    expect(body.extensions.apiKey).toMatchObject({ expiresAt: ends, warning: expect.stringContaining('in the open') });
    test.clock.advance(leakGraceMs);
    expect(await use(key)).toBe('API_KEY_EXPIRED');
    expect((await keyState(id)).status).toBe('ACTIVE');
  });

  it.each(['IMMEDIATE', 'FIRST_USE'])(
    'is given another secret by a rotation (%s), which makes the exposed one live no longer and no shorter',
    async (activation) => {
      const { key, id } = await keyWith('EXPIRE_AFTER_GRACE');
      await reportKeys([key]);
      const input = { id, activation, gracePeriod: 'P7D' };
      const next = (await test.management(test.adminKey, rotate, { input })).body.data.rotateApiKey.key;
      expect([await use(key), await use(next), await use(key)]).toEqual(['OK', 'OK', 'OK']);
      test.clock.advance(leakGraceMs);
      expect([await use(key), await use(next)]).toEqual(['API_KEY_EXPIRED', 'OK']);
    },
  );

  it('comes back with another secret when it is undeleted, whatever was asked for', async () => {
    const { key, id } = await keyWith('EXPIRE_AFTER_GRACE');
    const mutate = async (name: string, input: object, selection: string) => {
      const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
      const mutation = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
      return (await test.management(test.adminKey, mutation, { input })).body.data[name];
    };
    await mutate('deleteApiKey', { id }, 'apiKey { id }');
    expect(await reportKeys([key])).toEqual(accepted);
    const back = await mutate('undeleteApiKey', { id, keepSecret: true }, 'key apiKey { status }');
    expect(back.apiKey.status).toBe('DISABLED');
    await mutate('enableApiKey', { id }, 'apiKey { id }');
    expect([await use(key), await use(back.key)]).toEqual(['API_KEY_REVOKED', 'OK']);
  });

  it('has one secret that retires, whichever are exposed, one after the other', async () => {
    const { key, id } = await keyWith('EXPIRE_AFTER_GRACE');
    const another = async () =>
      (await test.management(test.adminKey, rotate, { input: { id, gracePeriod: 'PT24H' } })).body.data.rotateApiKey
        .key;
    const second = await another();
    expect(await reportKeys([second])).toEqual(accepted);
    expect([await use(key), await use(second)]).toEqual(['API_KEY_EXPIRED', 'OK']);
    const third = await another();
    expect([await use(second), await use(third)]).toEqual(['OK', 'OK']);
    test.clock.advance(61_000);
    expect(await reportKeys([third, second, key])).toEqual(accepted);
    expect([await use(second), await use(third)]).toEqual(['API_KEY_EXPIRED', 'OK']);
    test.clock.advance(leakGraceMs);
    expect(await use(third)).toBe('API_KEY_EXPIRED');
    expect(await use(await another())).toBe('OK');
  });

  it('keeps its present secret when the pending one is exposed, which is taken back', async () => {
    const { key, id } = await keyWith('EXPIRE_AFTER_GRACE');
    const input = { id, activation: 'FIRST_USE', deadline: 'PT1H', gracePeriod: 'PT0S' };
    const next = (await test.management(test.adminKey, rotate, { input })).body.data.rotateApiKey.key;
    await reportKeys([next]);
    expect(await use(next)).toBe('API_KEY_REVOKED');
    test.clock.advance(2 * 3_600_000);
    expect(await use(key)).toBe('OK');
  });

  it('is not harmed by a former secret that has ended', async () => {
    const { key, id } = await keyWith('DISABLE');
    const input = { id, gracePeriod: 'PT0S' };
    const next = (await test.management(test.adminKey, rotate, { input })).body.data.rotateApiKey.key;
    expect(await reportKeys([key])).toEqual(accepted);
    expect([await use(key), await use(next)]).toEqual(['API_KEY_EXPIRED', 'OK']);
  });

  it('that was enabled again since is left alone when it is reported again', async () => {
    const { key, id } = await keyWith('DISABLE');
    await reportKeys([key]);
    const enable =
      'mutation ($id: ID!) { enableApiKey(input: { id: $id, keepExposedSecret: true }) { apiKey { status } } }';
    expect((await test.management(test.adminKey, enable, { id })).codes).toEqual([]);
    expect(await reportKeys([key, key])).toEqual(accepted);
    expect(await use(key)).toBe('OK');
  });

  it('is dealt with once, however many report it at the same moment', async () => {
    const { key, id } = await keyWith('DISABLE');
    const answers = await Promise.all(Array.from({ length: 10 }, () => reportKeys([key])));
    expect(answers).toEqual(new Array(10).fill(accepted));
    const query = 'query ($id: ID!) { apiKey(id: $id) { auditEvents(first: 20) { nodes { action after } } } }';
    const { nodes } = (await test.management(test.adminKey, query, { id })).body.data.apiKey.auditEvents;
    expect(nodes.map(({ action }: { action: string }) => action)).toEqual([
      'api_key.disabled',
      'api_key.exposed',
      'api_key.created',
    ]);
    expect(nodes[1].after).toMatchObject({
      source: 'MANAGEMENT_API',
      policy: 'DISABLE',
      done: 'DISABLE_KEY',
      url: null,
    });
    expect(JSON.stringify(nodes)).not.toContain(key.slice(-38));
  });

  it('may be the one that reports it', async () => {
    const privileges = ['update:Mutation.reportLeakedApiKeys', 'read:ReportLeakedApiKeysPayload'];
    const { key } = await test.createKey(privileges, { type: 'MANAGEMENT' });
    expect(await reportKeys([key], key)).toEqual(accepted);
    expect((await test.management(key, report, { input: { keys: ['x'] } })).codes).toEqual(['API_KEY_DISABLED']);
  });

  it('is disabled whatever application it is of: who has its text can use it', async () => {
    const { key } = await keyWith('DISABLE');
    const privileges = ['update:Mutation.reportLeakedApiKeys', 'read:ReportLeakedApiKeysPayload'];
    const stranger = await test.createKey(privileges, { type: 'MANAGEMENT' });
    expect(await reportKeys([key], stranger.key)).toEqual(accepted);
    expect(await use(key)).toBe('API_KEY_DISABLED');
  });
});

describe('the answer', () => {
  it('is the same for a key, for another text of its shape, for one that ended, and for anything', async () => {
    const { key } = await keyWith('DISABLE');
    const other = `${key.slice(0, -1)}${key.endsWith('x') ? 'y' : 'x'}`;
    const texts = [
      key,
      key,
      other,
      `fieldpass_live_${'a'.repeat(12)}_${'b'.repeat(38)}`,
      'anything',
      '',
      'ß'.repeat(900),
    ];
    for (const text of texts) {
      test.clock.advance(61_000);
      expect(await reportKeys([text])).toEqual(accepted);
    }
  });

  it('is the same for a thousand, of which some are keys', async () => {
    const keys = [await keyWith('DISABLE'), await keyWith('ALERT')];
    const texts = Array.from({ length: 998 }, (_, index) => `not a key ${index}`);
    texts.splice(500, 0, ...keys.map(({ key }) => key));
    expect(await reportKeys(texts)).toEqual(accepted);
    expect(await Promise.all(keys.map(({ key }) => use(key)))).toEqual(['API_KEY_DISABLED', 'OK']);
  });

  it.each([[[]], [Array.from({ length: 1001 }, String)]])('is a refusal for too few or too many', async (keys) => {
    const { codes } = await test.management(test.adminKey, report, { input: { keys } });
    expect(codes).toEqual(['BAD_USER_INPUT']);
  });

  it('is a refusal for a key that stands in the document', async () => {
    const { key } = await keyWith('DISABLE');
    for (const query of [
      `mutation { reportLeakedApiKeys(input: { keys: ["${key}"] }) { status } }`,
      `mutation { reportLeakedApiKeys(input: { keys: "${key}" }) { status } }`,
      `mutation ($input: ReportLeakedApiKeysInput = { keys: ["${key}"] }) { reportLeakedApiKeys(input: $input) { status } }`,
      `mutation ($keys: [String!]! = ["${key}"]) { reportLeakedApiKeys(input: { keys: $keys }) { status } }`,
    ]) {
      const { codes } = await test.management(test.adminKey, query);
      expect(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']).toContain(codes[0]);
    }
    expect(await use(key)).toBe('OK');
    const each = 'mutation ($key: String!) { reportLeakedApiKeys(input: { keys: [$key] }) { status } }';
    expect((await test.management(test.adminKey, each, { key })).codes).toEqual([]);
    expect(await use(key)).toBe('API_KEY_DISABLED');
  });

  it('needs its privilege, and a secret that is not retiring', async () => {
    const { key } = await keyWith('DISABLE');
    const none = await test.createKey(['*', '!update:Mutation.reportLeakedApiKeys'], { type: 'MANAGEMENT' });
    expect((await test.management(none.key, report, { input: { keys: [key] } })).codes).toEqual(['FORBIDDEN']);
    expect(await use(key)).toBe('OK');
  });

  it('comes sixty times a minute, whatever the budget', async () => {
    const privileges = ['update:Mutation.reportLeakedApiKeys', 'read:ReportLeakedApiKeysPayload'];
    const throttle = { maximumAvailable: 20, restoreRate: 1, maximumCost: 20, requests: { max: 1, window: 'PT1M' } };
    const poor = await test.createKey(privileges, { type: 'MANAGEMENT', throttle });
    const answers = await Promise.all(
      Array.from({ length: 62 }, () => test.management(poor.key, report, { input: { keys: ['x'] } })),
    );
    const codes = answers.map((answer) => answer.codes[0] ?? 'OK');
    expect([
      codes.filter((code) => code === 'OK').length,
      codes.filter((code) => code === 'FIELD_THROTTLED').length,
    ]).toEqual([60, 2]);
  });

  it('leaves no text in the log', async () => {
    const { key } = await keyWith('DISABLE');
    const secret = key.slice(-38);
    await reportKeys([key, `https://example.com/?key=${key}`]);
    expect(test.log.join('\n')).not.toContain(secret);
  });
});

describe('the policy of an application', () => {
  it('is changed, and cleared to the default', async () => {
    const id = await applicationWith('ALERT');
    const update = `mutation ($input: UpdateApplicationInput!) {
      updateApplication(input: $input) { application { leakPolicy } }
    }`;
    const set = async (leakPolicy: string | null) =>
      (await test.management(test.adminKey, update, { input: { id, leakPolicy } })).body.data.updateApplication
        .application.leakPolicy;
    expect(await set('EXPIRE_AFTER_GRACE')).toBe('EXPIRE_AFTER_GRACE');
    expect(await set(null)).toBe('DISABLE');
  });
});
