import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { testClock } from '../support/test-clock.ts';
import { watchedStore } from './watched-store.ts';

const clock = testClock();
const store = watchedStore(clock);
let test: TestApp;
beforeAll(async () => {
  test = await openTestApp({ overrides: { clock, throttle: store } });
});
afterAll(() => test.close());

async function keyWith(rules: readonly string[], input: object = {}): Promise<string> {
  const { key } = await test.createKey(rules, input);
  store.forget();
  return key;
}

/** Each entry of each object, and each object. */
function answered(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + answered(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, entry) => sum + 1 + answered(entry), 1);
}

const fanOut = (m: number) => {
  const times = (text: (n: number) => string) => Array.from({ length: m }, (_, n) => text(n)).join(' ');
  return `{ __schema { types { ...A } } }
    fragment A on __Type { ${times((n) => `a${n}: fields { ...B }`)} } fragment B on __Field { ${times((n) => `b${n}: type { ...C }`)} }
    fragment C on __Type { ${times((n) => `c${n}: ofType { ...D }`)} } fragment D on __Type { ${times((n) => `d${n}: fields { ...E }`)} }
    fragment E on __Field { ${times((n) => `e${n}: name`)} }`;
};

describe('introspection', () => {
  it('costs 10 points and one for a thousand fields and objects of its answer, estimated and actual', async () => {
    for (const rules of [[], ['read:City.name', 'read:Query.city'], ['*']]) {
      const key = await keyWith(rules);
      const { status, body } = await test.graphql(key, getIntrospectionQuery());
      expect(status).toBe(200);
      const price = Math.ceil(10 + (answered(body.data) - 1) / 1000);
      expect(body.extensions.cost).toMatchObject({ requestedQueryCost: price, actualQueryCost: price });
      expect(price).toBeGreaterThan(10);
    }
  });

  it('that multiplies the view by itself is refused before it runs, or paid', async () => {
    for (const rules of [[], ['*']]) {
      const key = await keyWith(rules, { plan: 'ENTERPRISE' });
      for (const m of [3, 5, 12]) {
        const { status, codes, body } = await test.graphql(key, fanOut(m));
        if (status !== 200) {
          expect([status, 'data' in body]).toEqual([400, false]);
          expect(['QUERY_TOO_COMPLEX', 'COST_LIMIT_EXCEEDED']).toContain(codes[0]);
        } else {
          expect(body.extensions.cost.actualQueryCost).toBe(Math.ceil(10 + (answered(body.data) - 1) / 1000));
        }
      }
      store.forget();
      const { status, codes, body } = await test.graphql(key, fanOut(12));
      expect([status, codes, body.errors[0].extensions.path]).toEqual([400, ['QUERY_TOO_COMPLEX'], ['__schema']]);
      expect(store.settled).toEqual([]);
    }
  });

  it('is dearer than the key may pay: refused with what it would cost', async () => {
    const key = await keyWith(['*'], { throttle: { maximumCost: 10 } });
    const { status, codes, body } = await test.graphql(
      key,
      `{ a: __typename __schema { types { ...T } } } fragment T on __Type { name fields { name type { name } args { name } } }`,
    );
    expect([status, codes]).toEqual([400, ['COST_LIMIT_EXCEEDED']]);
    const [{ extensions }] = body.errors;
    expect(extensions.topFields).toEqual([{ path: '__schema', cost: extensions.requestedQueryCost }]);
    expect(extensions.requestedQueryCost).toBeGreaterThan(10);
  });

  it('is not counted beside data that are too dear already, and no further than they leave', async () => {
    const key = await keyWith(['*'], { throttle: { maximumCost: 105 } });
    const asked = (first: number) => fanOut(12).replace('{', `{ cities(first: ${first}) { nodes { name } }`);
    const refusal = async (first: number) => {
      const { status, codes, body } = await test.graphql(key, asked(first));
      expect([status, codes]).toEqual([400, ['COST_LIMIT_EXCEEDED']]);
      return { message: body.errors[0].message, ...body.extensions.cost };
    };
    // 101 for the data and 10 for `__schema`.
    const tooDear = await refusal(100);
    expect(tooDear).toMatchObject({ requestedQueryCost: 111, throttleStatus: { currentlyAvailable: 1000 } });
    expect(tooDear.message).toMatch('may cost at least 111 points');
    // 91 and 10, and of the 14 that are left to the answer a thousandth more.
    const stopped = await refusal(90);
    expect(stopped).toMatchObject({ requestedQueryCost: 116, throttleStatus: { currentlyAvailable: 1000 } });
    expect(stopped.message).toMatch('may cost at least 116 points');
  });

  it('is counted beside data, of merged fields and by the variables of the request', async () => {
    const key = await keyWith(['*']);
    const query = `query ($more: Boolean!) { viewer { apiKey { name } } ...S
      __schema { types { name @include(if: $more) fields @include(if: $more) { name type { name } args { name type { name } } } } } }
      fragment S on Query { __schema { types { kind } queryType { name } } t: __type(name: "City") { name } }`;
    const prices: number[] = [];
    for (const more of [true, false]) {
      const { body } = await test.graphql(key, query, { more });
      const { viewer: _, ...introspection } = body.data;
      const data = 2;
      const price = Math.ceil(data + 20 + (answered(introspection) - 1) / 1000);
      expect(body.extensions.cost).toMatchObject({ requestedQueryCost: price, actualQueryCost: price });
      prices.push(price);
    }
    expect(prices[0]).toBeGreaterThan(prices[1] ?? 0);
  });

  it('is shown by GraphQL-Cost and by explainRequest', async () => {
    const { id, key } = await test.createKey(['*']);
    const query = getIntrospectionQuery();
    const asked = (mode: string) => test.graphql(key, query, {}, { headers: { 'GraphQL-Cost': mode } });
    const { requestedQueryCost } = (await asked('none')).body.extensions.cost;
    const report = (await asked('report')).body.extensions.cost;
    expect(report.fields).toHaveLength(1);
    expect(Math.ceil(report.fields[0].requestedTotalCost)).toBe(requestedQueryCost);
    expect((await asked('validate')).body.extensions.cost).toMatchObject({ requestedQueryCost, actualQueryCost: null });
    const explained = await test.management(
      test.adminKey,
      'query ($id: ID!, $q: String!) { explainRequest(input: { apiKeyId: $id, document: $q }) { requestedQueryCost steps { step code } } }',
      { id, q: query },
    );
    expect(explained.body.data.explainRequest.requestedQueryCost).toBe(requestedQueryCost);
    const refused = await test.management(
      test.adminKey,
      'query ($id: ID!, $q: String!) { explainRequest(input: { apiKeyId: $id, document: $q }) { steps { step code } } }',
      { id, q: fanOut(12) },
    );
    expect(refused.body.data.explainRequest.steps).toContainEqual({ step: 'COST', code: 'QUERY_TOO_COMPLEX' });
  });

  it('of a key that is only measured is counted on the view that answers: its own', async () => {
    const key = await keyWith(['read:City.name', 'read:Query.city'], { enforcement: { privileges: 'MEASURE' } });
    const { body } = await test.graphql(key, getIntrospectionQuery());
    const price = Math.ceil(10 + (answered(body.data) - 1) / 1000);
    expect(body.extensions.cost).toMatchObject({ requestedQueryCost: price, actualQueryCost: price });
  });

  it('under NULL is counted whole, whatever else is denied', async () => {
    const key = await keyWith(['read:Query', 'read:City.name'], { onDenied: 'NULL' });
    const query = `{ cities(first: 1) { nodes { population } } __schema { types { name } } ...S }
      fragment S on Query { __schema { types { fields { name } } } }`;
    const { body } = await test.graphql(key, query);
    const { cities: _, ...introspection } = body.data;
    const price = Math.ceil(10 + (answered(introspection) - 1) / 1000);
    expect(body.extensions.cost.actualQueryCost).toBeGreaterThanOrEqual(price);
    expect(body.extensions.cost.requestedQueryCost).toBeLessThanOrEqual(price + 3);
  });
});

describe('an export of SDL', () => {
  const exported = (key: string) => test.fetch('/schema.graphql', { headers: { 'X-API-Key': key } });

  it('costs what an introspection costs that asks for as much', async () => {
    const key = await keyWith(['*']);
    const query = getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    const { body } = await test.graphql(key, query);
    const { actualQueryCost } = body.extensions.cost;
    store.forget();
    expect((await exported(key)).status).toBe(200);
    expect(store.settled).toMatchObject([{ actual: actualQueryCost * 1_000_000 }]);
  });

  it('is refused to a key that may not spend so much on one operation', async () => {
    const key = await keyWith(['*'], { throttle: { maximumCost: 12 } });
    const response = await exported(key);
    const { errors } = await response.json();
    expect([response.status, errors[0].extensions.code]).toEqual([400, 'COST_LIMIT_EXCEEDED']);
    expect(store.settled).toEqual([]);
  });
});
