import { buildSchema, execute, GraphQLScalarType, type GraphQLSchema, parse, subscribe } from 'graphql';
import { describe, expect, test } from 'vitest';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';
import type { RateLimitDeclaration } from '../../src/plan/declarations.ts';
import { SchemaDeclarationError } from '../../src/plan/schema-declaration-error.ts';
import { createFieldLimits } from '../../src/throttle/field-limits/create-field-limits.ts';
import {
  type InstallFieldLimitsOptions,
  installFieldLimits,
} from '../../src/throttle/field-limits/install-field-limits.ts';
import { createMemoryStore } from '../../src/throttle/stores/memory-store.ts';
import { type TestClock, testClock } from '../support/test-clock.ts';

interface Caller {
  readonly key: string;
}

function limitedSchema(
  rateLimit: RateLimitDeclaration,
  options: Partial<InstallFieldLimitsOptions> = {},
  clock: TestClock = testClock(),
): GraphQLSchema {
  const schema = buildSchema(
    'type Query { search(text: String, by: By): Int other: Other } input By { name: String } type Other { search(text: String): Int }',
  );
  schema.extensions = { fieldpass: { undeclaredArguments: 'NEUTRAL' } };
  const fields = schema.getQueryType()?.getFields();
  if (fields?.['search']) {
    fields['search'].extensions = { fieldpass: { rateLimit } };
    fields['search'].resolve = () => 1;
  }
  if (fields?.['other']) fields['other'].resolve = () => ({ search: 2 });
  installFieldLimits(schema, compileSchema(schema), {
    limits: createFieldLimits({ store: createMemoryStore({ clock }) }),
    identify: (context) => (context as Caller).key,
    ...options,
  });
  return schema;
}

async function run(schema: GraphQLSchema, source: string, contextValue: Caller = { key: 'k' }) {
  const { data, errors = [] } = await execute({ schema, document: parse(source), contextValue });
  return { data, errors, codes: errors.map(({ extensions }) => extensions['code']) };
}

/** How many of a query's fields have a value. */
function answered({ data }: Awaited<ReturnType<typeof run>>): number {
  return Object.values(data ?? {}).filter((value) => value !== null).length;
}

const aliases = (count: number) => `{ ${Array.from({ length: count }, (_, index) => `f${index}: search`).join(' ')} }`;

describe('field call limits', () => {
  test('of 50 parallel calls exactly as many pass as are allowed', async () => {
    const schema = limitedSchema({ max: 10, window: '1m' });
    const answer = await run(schema, aliases(50));
    expect(answered(answer)).toBe(10);
    expect(answer.codes).toEqual(Array(40).fill('FIELD_THROTTLED'));
  });

  test('a refused call is an error on its path with the time to wait, without a status', async () => {
    const clock = testClock();
    const schema = limitedSchema({ max: 1, window: 'PT1M' }, {}, clock);
    await run(schema, aliases(1));
    clock.advance(15_000);
    const { data, errors } = await run(schema, '{ again: search other { search } }');
    expect(data).toEqual({ again: null, other: { search: 2 } });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      path: ['again'],
      extensions: { code: 'FIELD_THROTTLED', retryAfterMs: 45_000 },
    });
    expect(errors[0]?.extensions).not.toHaveProperty('http');
  });

  test('a refused call does not count, and calls pass again when the window is over', async () => {
    const clock = testClock();
    const schema = limitedSchema({ max: 2, window: '1m' }, {}, clock);
    expect(answered(await run(schema, aliases(5)))).toBe(2);
    clock.advance(60_000);
    expect(answered(await run(schema, aliases(5)))).toBe(2);
  });

  test('each key has its own, and so has each field', async () => {
    const schema = limitedSchema({ max: 1, window: '1m' });
    expect(answered(await run(schema, aliases(1), { key: 'a' }))).toBe(1);
    expect(answered(await run(schema, aliases(1), { key: 'b' }))).toBe(1);
    expect(answered(await run(schema, aliases(1), { key: 'a' }))).toBe(0);
    expect((await run(schema, '{ other { search } }', { key: 'a' })).data).toEqual({ other: { search: 2 } });
  });

  test('identity arguments are counted apart, and cannot be confused', async () => {
    const schema = limitedSchema({ max: 1, window: '1m', identityArgs: ['text', 'by.name'] });
    const answer = await run(
      schema,
      `{ a: search(text: "x:y", by: { name: "z" }) b: search(text: "x", by: { name: "y:z" }) c: search(text: "x") d: search(text: "x", by: {}) }`,
    );
    expect(answered(answer)).toBe(3);
    expect(answer.errors.map(({ path }) => path)).toEqual([['d']]);
  });

  test.each<[string, readonly unknown[]]>([
    ['numbers of any size', [1n, 2n, 1, '1n', 2n ** 70n]],
    ['what JSON writes alike', [Number.NaN, null, Number.POSITIVE_INFINITY, 'NaN']],
    ['maps and sets', [new Map([['a', 1]]), new Map([['a', 2]]), new Set([1]), new Set([2]), {}]],
    ['symbols and dates', [Symbol('a'), Symbol('b'), new Date(0), new Date(1), new Date(0).toISOString()]],
    [
      'long lists that differ at their end',
      [
        [...Array(500).fill(1), 1],
        [...Array(500).fill(1), 2],
      ],
    ],
    ['long texts that differ at their end', [`${'x'.repeat(20_000)}a`, `${'x'.repeat(20_000)}b`]],
  ])('values that a scalar makes are told apart: %s', async (_, values) => {
    const schema = limitedSchema({ max: 1, window: '1m', identityArgs: ['text'] });
    const string = schema.getQueryType()?.getFields()['search']?.args[0];
    const made = new GraphQLScalarType({ name: 'Made', parseValue: (index) => values[Number(index)] });
    if (string) string.type = made;
    const once = values.map((_, index) => `a${index}: search(text: ${index})`).join(' ');
    expect((await run(schema, `{ ${once} }`)).codes).toEqual([]);
    expect((await run(schema, `{ ${once} }`)).codes).toEqual(values.map(() => 'FIELD_THROTTLED'));
  });

  test('a subscription counts when it is opened, and not for its events', async () => {
    const schema = buildSchema('type Query { a: Int } type Subscription { ticks: Int }');
    const ticks = schema.getSubscriptionType()?.getFields()['ticks'];
    Object.assign(ticks ?? {}, {
      extensions: { fieldpass: { rateLimit: { max: 2, window: '1m' } } },
      subscribe: async function* () {
        for (let tick = 1; tick <= 5; tick++) yield { ticks: tick };
      },
    });
    installFieldLimits(schema, compileSchema(schema), {
      limits: createFieldLimits({ store: createMemoryStore({ clock: testClock() }) }),
      identify: (context) => (context as Caller).key,
    });
    const open = () => subscribe({ schema, document: parse('subscription { ticks }'), contextValue: { key: 'k' } });
    for (let opened = 0; opened < 2; opened++) {
      const stream = await open();
      const events: unknown[] = [];
      if (Symbol.asyncIterator in stream)
        for await (const { data, errors } of stream) events.push(errors ?? data?.['ticks']);
      expect(events).toEqual([1, 2, 3, 4, 5]);
    }
    expect(await open()).toMatchObject({ errors: [{ extensions: { code: 'FIELD_THROTTLED' } }] });
  });

  test('a call that will be denied does not count', async () => {
    const denied = { is: true };
    const schema = limitedSchema({ max: 1, window: '1m' }, { mayCall: () => !denied.is });
    await run(schema, aliases(3));
    denied.is = false;
    expect(answered(await run(schema, aliases(3)))).toBe(1);
  });

  test('a caller without an identity has no limit', async () => {
    const schema = limitedSchema({ max: 1, window: '1m' }, { identify: () => undefined });
    expect(answered(await run(schema, aliases(3)))).toBe(3);
  });

  test.each<[string, RateLimitDeclaration, RegExp]>([
    ['no call at all', { max: 0, window: '1m' }, /Query\.search: has a rateLimit\.max of 0/],
    ['half a call', { max: 1.5, window: '1m' }, /max of 1\.5/],
    ['a window that is none', { max: 1, window: 'soon' }, /window of "soon".*30s/],
    ['an argument that the field does not have', { max: 1, window: '1m', identityArgs: ['txt'] }, /name txt/],
    ['what is not in an input', { max: 1, window: '1m', identityArgs: ['text', 'by.nmae'] }, /name by\.nmae/],
    ['what is below a text', { max: 1, window: '1m', identityArgs: ['text.length'] }, /name text\.length/],
    ['a path that ends in nothing', { max: 1, window: '1m', identityArgs: ['by.'] }, /name by\./],
    ['several mistakes', { max: 0, window: 'soon' }, /2 problems.*max of 0.*window of "soon"/s],
  ])('a declaration with %s fails the build', (_, declaration, message) => {
    expect(() => limitedSchema(declaration)).toThrow(SchemaDeclarationError);
    expect(() => limitedSchema(declaration)).toThrow(message);
  });
});
