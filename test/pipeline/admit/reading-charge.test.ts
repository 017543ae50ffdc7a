import { buildSchema } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pointsForBytes, pointsForSteps } from '../../../src/pipeline/admit/reading-charge.ts';
import { type GraphqlOptions, type IssuedKey, openTestApp, type TestApp } from '../../support/test-app.ts';
import { openTestSurface } from '../../support/test-surface.ts';

let test: TestApp;
let key: IssuedKey;
let count = 0;

beforeAll(async () => {
  test = await openTestApp({ places: true });
});
afterAll(() => test.close());
beforeEach(async () => {
  key = await test.createKey(reader);
});

/** A comment that makes a document as long as that, in bytes, and like no other. */
const padded = (query: string, bytes: number) => `${query}#${String(count++).padEnd(bytes - query.length - 1, 'x')}`;
const repeat = (times: number, text: (index: number) => string) =>
  Array.from({ length: times }, (_, index) => text(index)).join(' ');

const reader = ['read:Query', 'read:City.name', 'read:Country.name', 'read:Country.code'];
const fine = '{ country(code: "CH") { name } }';
const unknownField = '{ country(code: "CH") { nothing } }';
const denied = '{ country(code: "CH") { capital } }';
const notGraphql = '{ country(';

const priceOnly: GraphqlOptions = { headers: { 'GraphQL-Cost': 'validate' } };

/** What is left of a thousand points; to ask costs nothing. */
async function left(): Promise<number> {
  const { body } = await test.graphql(key.key, '{ viewer { __typename } }', {}, priceOnly);
  return body.extensions.cost.throttleStatus.currentlyAvailable;
}

describe('points for reading', () => {
  it.each([
    [0, 0],
    [4_000, 0],
    [4_001, 5],
    [5_000, 5],
    [5_001, 6],
    [99_500, 100],
  ])('of %d bytes are %d', (bytes, points) => {
    expect(pointsForBytes('x'.repeat(bytes))).toBe(points);
  });

  it('are of bytes in UTF-8, whatever the characters', () => {
    expect(pointsForBytes('€'.repeat(1_333))).toBe(0);
    expect(pointsForBytes('€'.repeat(1_334))).toBe(5);
    expect(pointsForBytes('𝄞'.repeat(1_001))).toBe(5);
  });

  it.each([
    [0, 0],
    [2_000, 0],
    [2_001, 1],
    [3_000, 1],
    [10_000, 8],
  ])('of %d steps are %d', (steps, points) => {
    expect(pointsForSteps(steps)).toBe(points);
  });
});

describe('a document of ordinary size', () => {
  it.each([
    ['that is no GraphQL', notGraphql],
    ['with an unknown field', unknownField],
    ['with a denied field', denied],
    ['with a page that is too large', '{ cities(first: 1000) { nodes { name } } }'],
  ])('%s is refused for nothing', async (_, query) => {
    const { codes } = await test.graphql(key.key, padded(query, 4_000));
    expect(codes).toHaveLength(1);
    expect(await left()).toBe(1000);
  });
});

describe('a long document', () => {
  it.each([
    ['that is no GraphQL', notGraphql, 'GRAPHQL_PARSE_FAILED'],
    ['with an unknown field', unknownField, 'GRAPHQL_VALIDATION_FAILED'],
    ['with a denied field', denied, 'FORBIDDEN'],
    ['with a page that is too large', '{ cities(first: 1000) { nodes { name } } }', 'PAGE_SIZE_OUT_OF_RANGE'],
    ['with a variable that is missing', 'query ($code: String!) { country(code: $code) { name } }', 'BAD_USER_INPUT'],
    ['that is dearer than an operation may be', repeatedCities(), 'COST_LIMIT_EXCEEDED'],
    ['with the name of no operation of it', `query A ${fine} query B ${fine}`, 'OPERATION_RESOLUTION_FAILURE'],
  ])('%s has cost its bytes, each time', async (_, query, code) => {
    const text = padded(query, 8_001);
    for (const expected of [991, 982]) {
      const { codes, headers } = await test.graphql(key.key, text);
      expect(codes).toEqual([code]);
      expect(headers.get('retry-after')).toBeNull();
      expect(await left()).toBe(expected);
    }
  });

  it('that is admitted has cost nothing but its own price, and is known from then on', async () => {
    const text = padded(fine, 8_001);
    const first = await test.graphql(key.key, text);
    expect(first.codes).toEqual([]);
    expect(first.body.extensions.cost.throttleStatus.currentlyAvailable).toBe(999);
    // Somebody who has no nine points can send it now.
    const poor = await test.createKey(reader, {
      throttle: { maximumAvailable: 5, maximumCost: 5, restoreRate: 1 },
    });
    expect((await test.graphql(poor.key, text)).codes).toEqual([]);
  });

  it('is refused before it is parsed when the points are not there, and says when they are', async () => {
    const poor = await test.createKey(reader, {
      throttle: { maximumAvailable: 10, maximumCost: 10, restoreRate: 1 },
    });
    const first = await test.graphql(poor.key, padded(notGraphql, 8_001));
    expect(first.codes).toEqual(['GRAPHQL_PARSE_FAILED']);
    const second = await test.graphql(poor.key, padded(notGraphql, 8_001));
    expect(second).toMatchObject({ status: 429, codes: ['THROTTLED'] });
    expect(second.body.errors[0].extensions).toMatchObject({ policy: 'cost', retryAfterMs: 8_000 });
    expect(second.headers.get('retry-after')).toBe('8');
    test.clock.advance(8_000);
    expect((await test.graphql(poor.key, padded(notGraphql, 8_001))).codes).toEqual(['GRAPHQL_PARSE_FAILED']);
  });

  it('that no budget of the key ever holds is never to be sent again', async () => {
    const poor = await test.createKey(['read:Query'], {
      throttle: { maximumAvailable: 5, maximumCost: 5, restoreRate: 1 },
    });
    const answer = await test.graphql(poor.key, padded(fine, 8_001));
    expect(answer).toMatchObject({ status: 400, codes: ['COST_LIMIT_EXCEEDED'] });
  });

  it('costs the same by GET, and as a subscription', async () => {
    const search = new URLSearchParams({ query: padded(unknownField, 8_001) });
    const headers = { Authorization: `Bearer ${key.key}`, Accept: 'application/json' };
    await test.fetch(`/graphql?${search}`, { headers });
    expect(await left()).toBe(991);
    const stream = await test
      .graphql(
        key.key,
        padded('subscription { cityChanged { nothing } }', 8_001),
        {},
        {
          headers: { Accept: 'text/event-stream' },
        },
      )
      .catch(() => undefined);
    expect(stream).toBeUndefined();
    expect(await left()).toBe(982);
  });

  it('costs the same on the management API', async () => {
    const answer = await test.management(test.adminKey, padded(unknownField, 8_001));
    expect(answer.codes).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    const { body } = await test.management(test.adminKey, '{ viewer { __typename } }');
    const { maximumAvailable, currentlyAvailable } = body.extensions.cost.throttleStatus;
    expect(maximumAvailable - currentlyAvailable).toBeGreaterThanOrEqual(9);
  });

  it('holds no place once it is answered, and none that its own operation needs', async () => {
    const single = await test.createKey(reader, { throttle: { inFlight: 1 } });
    for (let round = 0; round < 3; round++) {
      expect((await test.graphql(single.key, padded(unknownField, 8_001))).codes).toEqual([
        'GRAPHQL_VALIDATION_FAILED',
      ]);
      expect((await test.graphql(single.key, padded(fine, 8_001))).codes).toEqual([]);
    }
  });

  it('of which only the price is asked is paid: nothing runs that would pay for it', async () => {
    const text = padded(fine, 8_001);
    const { body } = await test.graphql(key.key, text, {}, priceOnly);
    expect(body).toMatchObject({ data: null, extensions: { cost: { wouldBeThrottled: false } } });
    expect(await left()).toBe(991);
    await test.graphql(key.key, text, {}, priceOnly);
    expect(await left()).toBe(991);
  });

  it('that is refused for want of budget is paid, and known when it is sent again', async () => {
    const poor = await test.createKey(reader, {
      throttle: { maximumAvailable: 120, maximumCost: 120, restoreRate: 1 },
    });
    const text = padded('{ cities(first: 100) { nodes { name } } }', 8_001);
    expect((await test.graphql(poor.key, '{ cities(first: 15) { nodes { name } } }')).codes).toEqual([]);
    const refused = await test.graphql(poor.key, padded('{ cities(first: 100) { nodes { name } } }', 2_000));
    expect(refused.codes).toEqual([]);
    test.clock.advance(60_000);
    const first = await test.graphql(poor.key, text);
    expect(first.codes).toEqual(['THROTTLED']);
    test.clock.advance(60_000);
    expect((await test.graphql(poor.key, text)).codes).toEqual([]);
  });

  it('is told of with the points that it has cost', async () => {
    const { headers } = await test.graphql(key.key, padded(unknownField, 8_001));
    const id = headers.get('x-request-id') ?? 'none';
    const lines = test.log.filter((line) => line.includes(id)).map((line) => JSON.parse(line));
    expect(lines).toContainEqual(
      expect.objectContaining({ outcome: 'INVALID', requestedQueryCost: 9, actualQueryCost: 9 }),
    );
  });

  it('is read although the budget is spent, where throttling is only measured', async () => {
    const measured = await test.createKey(['read:Query'], {
      throttle: { maximumAvailable: 5, maximumCost: 5, restoreRate: 1 },
      enforcement: { throttle: 'MEASURE' },
    });
    const answer = await test.graphql(measured.key, padded(unknownField, 8_001));
    expect(answer.codes).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });
});

describe('an operation of many steps', () => {
  /** Three thousand and two: each of the fields is compiled for a city and for a country. */
  const text = `{ node(id: "x") { ${repeat(1500, (index) => `a${index}:id`)} } }`;

  it('is charged for them beside its bytes when it is refused', async () => {
    const { codes } = await test.graphql(key.key, text);
    expect(new Set(codes)).toEqual(new Set(['FORBIDDEN']));
    expect(await left()).toBe(1000 - pointsForBytes(text) - 2);
  });

  it('is refused when the points for them are not there, and has cost its bytes', async () => {
    const points = pointsForBytes(text) + 1;
    const poor = await test.createKey(reader, {
      throttle: { maximumAvailable: points, maximumCost: points, restoreRate: 1 },
    });
    expect((await test.graphql(poor.key, text)).codes).toEqual(['COST_LIMIT_EXCEEDED']);
    const { body } = await test.graphql(poor.key, '{ viewer { __typename } }', {}, priceOnly);
    expect(body.extensions.cost.throttleStatus.currentlyAvailable).toBe(1);
  });
});

function repeatedCities(): string {
  return `{ ${repeat(6, (index) => `c${index}: cities(first: 100) { nodes { name } }`)} }`;
}

describe('what is made of a document beside the document', () => {
  const leaves = repeat(50, (i) => `l${i}: name`);
  /** Small to write, large to compile; of which the key may not read a capital. */
  const many = (seed: string) =>
    `query ($a: Boolean!, $b: Boolean!) { ${repeat(50, (i) => `${seed}${i}: country(code: "CH") { ...F c${i}: name @include(if: $a) }`)}
      country(code: "CH") { capital name @skip(if: $b) } } fragment F on Country { ${leaves} }`;
  const send = (variables: object, { key: token }: IssuedKey, options?: GraphqlOptions) =>
    test.graphql(token, many('n'), variables, options);

  it('is paid as the document is: what denials leave, for each of the values that leave something else', async () => {
    const nulls = await test.createKey(reader, { onDenied: 'NULL' });
    key = nulls;
    const admitted = await send({ a: true, b: true }, nulls);
    expect([admitted.status, admitted.codes]).toEqual([200, ['UNAUTHORIZED_FIELD_OR_TYPE']]);
    test.clock.advance(600_000);
    // Known now, and what is left of it is from the second time on.
    for (const b of [true, false]) {
      const before = await left();
      await send({ a: true, b }, nulls, priceOnly);
      expect(before - (await left())).toBe(1);
      await send({ a: true, b }, nulls, priceOnly);
      expect(before - (await left())).toBe(1);
    }
    const before = await left();
    const again = await send({ a: true, b: false }, nulls);
    expect(again.body.extensions.cost.actualQueryCost).toBe(before - (await left()));
    const kept = await left();
    await send({ a: true, b: false }, nulls, priceOnly);
    expect(await left()).toBe(kept);
  });

  describe('on an interface of 200 types', () => {
    const types = repeat(200, (index) => `type T${index} implements N { x: String y: String next: N }`);
    const sdl = `interface N { x: String y: String next: N } ${types} type Query { n: N a: Int }`;
    const open = (key: object) => {
      const { post, usage } = openTestSurface(buildSchema(sdl), { key });
      const available = async () =>
        (await post({ query: '{ a }' })).body.extensions.cost.throttleStatus.currentlyAvailable;
      return { post, available, usage };
    };
    /** 8,203 steps: three fields of each type, on each level but the last, and the root's. */
    const text = `{ n ${'{ x y next '.repeat(13)} { x y } ${'}'.repeat(13)} }`;
    const everything = ['read:*'];

    it('runs what denials leave of all that may run as a whole', async () => {
      for (const key of [{ privileges: everything }, { onDenied: 'NULL', privileges: [...everything, '!read:T0.x'] }]) {
        const { post } = open(key);
        const { body, codes } = await post({ query: text });
        expect(body.data).toEqual({ n: null });
        expect(new Set(codes)).toEqual(new Set('onDenied' in key ? ['UNAUTHORIZED_FIELD_OR_TYPE'] : []));
      }
    });

    it('gives the points for steps back where the price covers them', async () => {
      const { post, available } = open({ privileges: everything });
      const before = await available();
      const { body } = await post({ query: text });
      expect(body.extensions.cost).toMatchObject({ requestedQueryCost: 14, actualQueryCost: 1 });
      // Seven points for steps are less than the fourteen: one is charged, and one for the request that asks.
      expect(before - (await available())).toBe(2);
    });

    it('keeps what the price does not cover, once for each document, and counts it in usage', async () => {
      // Aliases of leaves, so few that they cost nothing.
      const leaves = `{ n { ${repeat(44, (index) => `a${index}: x`)} } }`;
      const { post, available, usage } = open({ privileges: everything });
      const before = await available();
      const { body } = await post({ query: leaves });
      expect(usage.at(-1)).toMatchObject({ outcome: 'OK', requestedCost: 7, actualCost: 7 });
      expect(body.extensions.cost).toMatchObject({ requestedQueryCost: 1, actualQueryCost: 1 });
      // 8,801 steps are seven points, of which the price covers one; and one for the request that asks.
      expect(before - (await available())).toBe(6 + 1 + 1);
      await post({ query: leaves });
      expect(before - (await available())).toBe(6 + 1 + 1 + 1 + 1);
    });
  });

  it('is paid as the document is: counting what introspection would answer, when it is refused', async () => {
    const everything = await test.createKey(['*'], {
      throttle: { maximumAvailable: 1000, maximumCost: 100, restoreRate: 1 },
    });
    key = everything;
    const text = `{ __schema { types { ${repeat(70, (i) => `a${i}:fields{name type{name fields{name args{name}}}}`)} } } }`;
    expect(pointsForBytes(text)).toBe(0);
    const { codes } = await test.graphql(everything.key, text);
    expect(codes).toEqual(['COST_LIMIT_EXCEEDED']);
    const cost = 1000 - (await left());
    expect(cost).toBeGreaterThan(0);
    // No more is counted than the key may pay: 100,000 fields and objects, and twenty are a step.
    expect(cost).toBeLessThanOrEqual(pointsForSteps(5_000 + text.length));
    // What is answered pays its price only.
    const { body } = await test.graphql(everything.key, '{ __schema { types { name } } }');
    expect(1000 - cost - (await left())).toBe(body.extensions.cost.actualQueryCost);
  });
});
