import { buildSchema, type GraphQLObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { declare } from '../../../src/plan/declare.ts';
import { openTestSurface } from '../../support/test-surface.ts';

const maximum = 100_000;

/** What the resolvers of a schema are asked for, and how often. */
function openSizes(maxResponseBytes = maximum) {
  const schema = declare(
    buildSchema(`
      scalar Anything
      type Query { rows(first: Int): [Row] row: Row text(size: Int!): String numbers(count: Int!): [Int!] grid: [[String]] later: [Later] anything(size: Int!): Anything anythings: [Anything] place: Place places: [Place] fails: [Row] control: String unicode: String }
      type Row { text: String note: String! row: Row list: [String] number: Int enum: Enum bad: String }
      type Later { text: String }
      interface Place { text: String }
      type City implements Place { text: String }
      enum Enum { A_VALUE_WITH_A_LONG_NAME }
      type Mutation { make(size: Int!): Made must(size: Int!): Made! }
      type Made { text: String key: String row: Row! }
      type Subscription { tick(size: Int!): Row }
    `),
    { undeclaredArguments: 'NEUTRAL', defaultAssumedSize: 100, mutations: { make: ['write'], must: ['write'] } },
  );
  const calls = { resolved: 0, made: 0 };
  const resolve = (
    type: string,
    field: string,
    made: (source: unknown, args: { size: number; count: number; first: number }) => unknown,
  ) => {
    const found = schema.getType(type) as GraphQLObjectType;
    Object.assign(found.getFields()[field] ?? {}, {
      resolve: (source: unknown, args: { size: number; count: number; first: number }) => {
        calls.resolved++;
        return made(source, args);
      },
    });
  };
  const text = 'x'.repeat(1000);
  const rows = (count: number) => Array.from({ length: count }, () => ({}));
  resolve('Query', 'rows', (_, { first }) => rows(first ?? 100));
  resolve('Query', 'row', () => ({}));
  resolve('Query', 'text', (_, { size }) => 'x'.repeat(size));
  resolve('Query', 'numbers', (_, { count }) => ({
    *[Symbol.iterator]() {
      for (let number = 0; number < count; number++) {
        calls.made++;
        yield number;
      }
    },
  }));
  resolve('Query', 'grid', () => Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => 'twelve chars')));
  resolve('Query', 'later', () => Promise.resolve(rows(100).map((row) => Promise.resolve(row))));
  resolve('Query', 'anything', (_, { size }) => ({ a: [{ b: 'x'.repeat(size) }] }));
  resolve('Query', 'anythings', () => rows(2000).map((_, index) => ({ index, text: 'x'.repeat(50) })));
  resolve('Query', 'place', () => ({ __typename: 'City' }));
  resolve('Query', 'places', () => rows(100).map(() => ({ __typename: 'City' })));
  resolve('Query', 'fails', () => rows(100));
  resolve('Query', 'control', () => '\u0001'.repeat(maximum / 4));
  resolve('Query', 'unicode', () => '\u20ac'.repeat(maximum / 2));
  resolve('Row', 'text', () => text);
  resolve('Row', 'note', () => Promise.resolve(text));
  resolve('Row', 'row', () => ({}));
  resolve('Row', 'list', () => [text, text]);
  resolve('Row', 'number', () => 1234567);
  resolve('Row', 'enum', () => 'A_VALUE_WITH_A_LONG_NAME');
  resolve('Row', 'bad', () => {
    throw new Error('bad');
  });
  resolve('Later', 'text', () => text);
  resolve('City', 'text', () => text);
  const ran: number[] = [];
  const make = (_: unknown, { size }: { size: number }) => {
    ran.push(size);
    return { text: 'x'.repeat(size), key: `a key ${size}`, row: {} };
  };
  resolve('Mutation', 'make', make);
  resolve('Mutation', 'must', make);
  Object.assign(schema.getSubscriptionType()?.getFields()['tick'] ?? {}, {
    subscribe: async function* () {
      yield { small: true };
      yield { small: false };
      yield { small: true };
    },
    resolve: ({ small }: { small: boolean }) => ({ small }),
  });
  const surface = openTestSurface(schema, { maxResponseBytes, onceShown: ['key'] });
  return { ...surface, calls, ran };
}

const many = (count: number, of: string) => Array.from({ length: count }, (_, index) => `a${index}: ${of}`).join(' ');
const longAlias = 'a'.repeat(300);

describe('an answer that would be larger than MAX_RESPONSE_BYTES', () => {
  it.each([
    ['a text', `{ text(size: ${maximum}) }`],
    ['aliases of a text in rows', `{ rows { ${many(50, 'text')} } }`],
    ['a text that may not be null', `{ rows { ${many(50, 'note')} } }`],
    ['one of many aliases', `{ ${many(150, 'row { text }')} }`],
    ['a list of texts', `{ rows { ${many(50, 'list')} } }`],
    ['an endless list of numbers', '{ numbers(count: 1000000000) }'],
    ['lists of lists', '{ grid }'],
    ['promises in a list', `{ later { ${many(20, 'text')} } }`],
    ['any JSON', `{ anything(size: ${maximum}) }`],
    ['a list of any JSON', '{ anythings }'],
    ['an abstract type', `{ places { ${many(2, 'text')} } }`],
    ['names of types', `{ rows { ${many(100, '__typename')} } }`],
    ['names of abstract types', `{ places { ${many(100, '__typename')} } }`],
    ['long names', `{ rows { ${Array.from({ length: 5 }, (_, index) => `${longAlias}${index}: number`).join(' ')} } }`],
    ['values of an enum', `{ rows { ${many(50, 'enum')} } }`],
    ['errors of fields', `{ fails { ${many(20, 'bad')} } }`],
    ['control characters', '{ control }'],
    ['characters of three bytes', '{ unicode }'],
    ['nested objects', `{ ${many(60, `row { row { row { row { text ${many(3, 'text')} } } } }`)} }`],
  ])('is refused and charged in full: %s', async (_, query) => {
    const { post, throttle, usage, calls } = openSizes();
    const { status, body, codes, text } = await post({ query });
    expect([status, codes]).toEqual([400, ['RESPONSE_TOO_LARGE']]);
    expect('data' in body).toBe(false);
    expect(body.errors[0].extensions).toEqual({ code: 'RESPONSE_TOO_LARGE', maximumBytes: maximum });
    expect(text.length).toBeLessThan(1_000);
    const { actualQueryCost, requestedQueryCost } = body.extensions.cost;
    expect(actualQueryCost).toBeGreaterThanOrEqual(requestedQueryCost);
    const settled = throttle.settled.at(-1);
    expect(settled?.actual).toBeGreaterThanOrEqual(settled?.reserved ?? 0);
    expect(usage.at(-1)).toMatchObject({ outcome: 'ERROR', errorCode: 'RESPONSE_TOO_LARGE' });
    expect(calls.made).toBeLessThan(maximum);
  });

  it('is not made any further', async () => {
    const { post, calls } = openSizes();
    await post({ query: `{ rows { ${many(50, 'text')} } }` });
    // A hundred texts fill it; five thousand were asked for.
    expect(calls.resolved).toBeLessThan(110);
    calls.resolved = 0;
    await post({ query: `{ later { ${many(50, 'text')} } }` });
    expect(calls.resolved).toBeLessThan(110);
  });

  it.each([
    '{ text(size: 500) row { text enum number list } }',
    '{ rows(first: 3) { a: __typename number row { row { text } } } places { __typename } }',
    '{ anything(size: 10) numbers(count: 30) }',
    '{ row { bad text } control: text(size: 30) }',
    'query { __schema { queryType { name fields { name } } } row { text } }',
  ])('is measured by the bytes of its body: %s', async (query) => {
    const headers = { 'GraphQL-Cost': 'report' };
    const whole = await openSizes(1_000_000).post({ query }, headers);
    const size = Buffer.byteLength(whole.text);
    expect(whole.status).toBe(200);
    const fits = await openSizes(size).post({ query }, headers);
    expect([fits.status, Buffer.byteLength(fits.text)]).toEqual([200, size]);
    const isOver = await openSizes(size - 1).post({ query }, headers);
    expect([isOver.status, isOver.codes]).toEqual([400, ['RESPONSE_TOO_LARGE']]);
  });
});

describe('a mutation whose answer would be too large', () => {
  const size = maximum;

  it('says that it ran', async () => {
    const { post, ran, throttle } = openSizes();
    const { status, body } = await post({ query: `mutation { make(size: ${size}) { text } }` });
    expect(status).toBe(200);
    expect(body.data).toEqual({ make: null });
    expect(body.errors).toEqual([
      {
        message: expect.any(String),
        path: ['make'],
        locations: [{ line: 1, column: 12 }],
        extensions: { code: 'RESPONSE_TOO_LARGE', maximumBytes: maximum, executed: true },
      },
    ]);
    expect(ran).toEqual([size]);
    expect(throttle.settled).toHaveLength(1);
  });

  it('keeps what fits, and says what did not run any more', async () => {
    const { post, ran } = openSizes();
    const query = `mutation { a: make(size: 1) { text } b: make(size: ${size}) { text } c: make(size: 2) { text } }`;
    const { body } = await post({ query });
    expect(body.data).toEqual({ a: { text: 'x' }, b: null, c: null });
    expect(
      body.errors.map(({ path, extensions }: { path: string[]; extensions: object }) => [path, extensions]),
    ).toEqual([
      [['b'], expect.objectContaining({ executed: true })],
      [['c'], expect.objectContaining({ executed: false })],
    ]);
    expect(ran).toEqual([1, size]);
  });

  it('is null as a whole where its fields may not be', async () => {
    const { post } = openSizes();
    const { body } = await post({ query: `mutation { a: must(size: 1) { text } b: must(size: ${size}) { text } }` });
    expect(body.data).toBeNull();
    expect(
      body.errors.map(({ path, extensions }: { path: string[]; extensions: object }) => [path, extensions]),
    ).toEqual([
      [['a'], expect.objectContaining({ executed: true })],
      [['b'], expect.objectContaining({ executed: true })],
    ]);
  });

  it.each(['make', 'must'])('gives the key that it made all the same, before the rest: %s', async (field) => {
    const { post } = openSizes();
    for (const query of [
      `mutation { a: ${field}(size: ${size}) { text key } }`,
      `mutation { a: ${field}(size: 1) { row { ${many(200, 'text')} } key text } }`,
    ]) {
      const { body, text } = await post({ query });
      expect(body.data.a.key).toMatch(/^a key /);
      expect(Object.keys(body.data.a)[0]).toBe('key');
      expect(body.errors).toMatchObject([{ path: ['a'], extensions: { code: 'RESPONSE_TOO_LARGE', executed: true } }]);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maximum);
    }
  });

  it('never answers more than it may, however much there is to say', async () => {
    const { post, ran } = openSizes(2_000);
    const { body, text } = await post({ query: `mutation { ${many(300, 'make(size: 1) { text }')} }` });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_000);
    expect(body.errors[0].extensions).toMatchObject({ code: 'RESPONSE_TOO_LARGE', executed: true });
    expect(ran.length).toBeGreaterThan(0);
  });
});

describe('an event whose answer would be too large', () => {
  it('says so in its place, and the stream goes on', async () => {
    const { post } = openSizes();
    const { text } = await post(
      { query: `subscription { tick(size: 1) { ${many(200, 'text')} } }` },
      { Accept: 'text/event-stream' },
    );
    expect(text.match(/RESPONSE_TOO_LARGE/g)).toHaveLength(3);
    expect(text).toContain('event: complete');
    const small = await post({ query: 'subscription { tick(size: 1) { text } }' }, { Accept: 'text/event-stream' });
    expect(small.text.match(/"text":"x+"/g)).toHaveLength(3);
  });
});
