import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../../support/test-app.ts';

const named = 'query Named($code: String!) { country(code: $code) { name } }';

let test: TestApp;
let key: string;
let from = 0;
beforeAll(async () => {
  test = await openTestApp({ places: true, environment: { ACCESS_LOG_RATE: '5' } });
  ({ key } = await test.createKey(['read:Query', 'read:Country.name', 'read:Country.code']));
});
afterAll(() => test.close());
beforeEach(() => {
  test.clock.advance(10_000);
  from = test.log.length;
});

// biome-ignore lint/suspicious/noExplicitAny: lines are asserted on, whatever they are
function lines(app = test, since = from): readonly any[] {
  return app.log
    .slice(since)
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => msg === 'request');
}

describe('the line of a request', () => {
  it('says who, what and what came of it', async () => {
    const { headers } = await test.graphql(key, named, { code: 'CH' });
    const [, publicId] = /_live_(.{12})_/.exec(key) ?? [];
    expect(lines()).toEqual([
      {
        level: 30,
        time: expect.any(String),
        msg: 'request',
        requestId: headers.get('x-request-id'),
        method: 'POST',
        path: '/graphql',
        status: 200,
        durationMs: 0,
        clientAddress: '',
        surface: 'API',
        outcome: 'OK',
        keyPublicId: publicId,
        applicationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        operationName: 'Named',
        operationType: 'query',
        documentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        requestedQueryCost: expect.any(Number),
        actualQueryCost: expect.any(Number),
      },
    ]);
  });

  it('says why it was refused', async () => {
    await test.graphql(key, '{ country(code: "CH") { capital name } }');
    await test.graphql('nonsense', named);
    await test.graphql(key, 'query (');
    const told = lines().map(({ outcome, errorCode, status, keyPublicId }) => [
      outcome,
      errorCode,
      status,
      !!keyPublicId,
    ]);
    expect(told).toEqual([
      ['FORBIDDEN', 'FORBIDDEN', 403, true],
      ['UNAUTHENTICATED', 'API_KEY_INVALID', 401, false],
      ['INVALID', 'GRAPHQL_PARSE_FAILED', 400, true],
    ]);
  });

  it('is one line, whatever an operation is called', async () => {
    const name = 'x'.repeat(3000);
    await test.graphql(key, `query ${name} { country(code: "CH") { name } }`);
    expect(lines()[0].operationName).toBe('x'.repeat(100));
    expect(test.log.slice(from).filter((line) => line.trimEnd().includes('\n'))).toEqual([]);
  });

  it('has nothing of variables, literals, secrets or the document', async () => {
    const secret = 'hunter2-is-a-secret';
    await test.graphql(key, named, { code: secret });
    await test.graphql(key, `{ country(code: "${secret}") { name } }`);
    await test.graphql(key, 'query ($code: Int!) { country(code: $code) { name } }', { code: secret });
    await test.graphql(
      `${key.slice(0, -1)}x`,
      named,
      { code: secret },
      { headers: { 'X-Request-Id': 'of-the-caller' } },
    );
    await test.fetch(`/graphql?query=${encodeURIComponent(`{ country(code: "${secret}") { name } }`)}`, {
      headers: { 'X-API-Key': key },
    });
    const text = JSON.stringify(lines());
    expect(lines()).toHaveLength(5);
    for (const hidden of [secret, key, key.slice(29), '{ country', '$code']) expect(text).not.toContain(hidden);
    expect(text).toContain('of-the-caller');
  });
});

describe('above ACCESS_LOG_RATE', () => {
  it('refusals have lines of their own, which a crowd of others does not take', async () => {
    for (let index = 0; index < 9; index++) await test.graphql(key, named, { code: 'CH' });
    for (let index = 0; index < 7; index++) await test.graphql('nonsense', named);
    const outcomes = lines().map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'OK')).toHaveLength(5);
    expect(outcomes.filter((outcome) => outcome === 'UNAUTHENTICATED')).toHaveLength(5);
    test.clock.advance(1000);
    from = test.log.length;
    for (let index = 0; index < 4; index++) await test.graphql(key, named, { code: 'CH' });
    expect(lines().map(({ sampledOneOf }) => sampledOneOf)).toEqual([2, 2]);
  });
});
