import { buildSchema, execute, type GraphQLSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';
import type { RateLimitDeclaration } from '../../src/plan/declarations.ts';
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
    ['no call at all', { max: 0, window: '1m' }, /Query\.search: rateLimit\.max is 0/],
    ['half a call', { max: 1.5, window: '1m' }, /max is 1\.5/],
    ['a window that is none', { max: 1, window: 'soon' }, /window is "soon".*30s/],
    ['an argument that the field does not have', { max: 1, window: '1m', identityArgs: ['txt'] }, /names txt/],
  ])('a declaration with %s fails the build', (_, declaration, message) => {
    expect(() => limitedSchema(declaration)).toThrow(message);
  });
});
