import fc from 'fast-check';
import { buildSchema, GraphQLError, type GraphQLField, type GraphQLObjectType, type GraphQLScalarType } from 'graphql';
import { describe, expect, it, test } from 'vitest';
import { declare } from '../../src/plan/declare.ts';
import { openTestSurface } from '../support/test-surface.ts';

/**
 * An API may throw whatever JavaScript lets it make, and much of that cannot be read. None of it takes an answer away:
 * what else was asked is answered, what ran is charged, and the error stands at its field (contract, section 4).
 */
function surfaceThat(throws: () => unknown) {
  const schema = buildSchema(`
    scalar Odd
    type Query { ok: String fails: String list: [String] odd: Odd takes(odd: Odd): String any: Any box: Box }
    interface Any { name: String }
    type Box implements Any { name: String }
    type Mutation { ok: String fails: String }
    type Subscription { source: Int breaks: Int }
  `);
  const fields = (type: string): Record<string, GraphQLField<unknown, unknown>> =>
    (schema.getType(type) as GraphQLObjectType).getFields();
  const set = (type: string, field: string, resolve: () => unknown) =>
    Object.assign(fields(type)[field] ?? {}, { resolve });
  for (const type of ['Query', 'Mutation']) {
    set(type, 'ok', () => 'done');
    set(type, 'fails', throws);
  }
  set('Query', 'list', () => ['a', new Promise((_, reject) => reject(thrownBy(throws))), 'b']);
  set('Query', 'odd', () => 'x');
  set('Query', 'takes', () => 'taken');
  set('Query', 'any', () => ({}));
  Object.assign(schema.getType('Any') ?? {}, { resolveType: throws });
  Object.assign(fields('Subscription')['source'] ?? {}, { subscribe: throws });
  Object.assign(fields('Subscription')['breaks'] ?? {}, {
    subscribe: async function* () {
      yield { breaks: 1 };
      throws();
    },
  });
  const odd = schema.getType('Odd') as GraphQLScalarType;
  Object.assign(odd, { serialize: throws, parseValue: throws, parseLiteral: throws });
  return openTestSurface(
    declare(schema, { mutations: { default: ['update'] }, undeclaredArguments: 'NEUTRAL', defaultAssumedSize: 5 }),
  );
}

function thrownBy(throws: () => unknown): unknown {
  try {
    return throws();
  } catch (thrown) {
    return thrown;
  }
}

const refuse = () => {
  throw new Error('refused to be read');
};
const unreadable = () => new Proxy({}, { get: refuse, ownKeys: refuse, getPrototypeOf: refuse, has: refuse });
const with_ = <Value extends object>(value: Value, more: object): Value => {
  for (const [name, one] of Object.entries(Object.getOwnPropertyDescriptors(more))) {
    Object.defineProperty(value, name, { ...one, configurable: true });
  }
  return value;
};
function loop(): object {
  const self: { self?: unknown } = {};
  self.self = self;
  return self;
}
function nested(depth: number): object {
  let value = {};
  for (let level = 0; level < depth; level++) value = { a: value };
  return value;
}

const messages: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  number: 5,
  object: { a: 1 },
  bare: Object.create(null),
  symbol: Symbol('s'),
  proxy: unreadable(),
  long: 'x'.repeat(50_000),
  surrogate: '\ud800',
};
const extensions: Readonly<Record<string, () => unknown>> = {
  none: () => undefined,
  null: () => null,
  text: () => 'text',
  list: () => [1],
  getter: () => ({
    get a() {
      return refuse();
    },
  }),
  'toJSON that throws': () => ({ toJSON: refuse }),
  'toJSON of nothing': () => ({ toJSON: () => undefined }),
  'toJSON of a text': () => ({ toJSON: () => 'text' }),
  'toJSON with a status': () => ({ toJSON: () => ({ http: { status: 418 } }) }),
  bigint: () => ({ a: 1n }),
  loop,
  nested: () => nested(3000),
  'nested deep': () => nested(50_000),
  proxy: () => unreadable(),
  'proxy within': () => ({ a: unreadable() }),
  'http proxy': () => ({ http: unreadable(), code: 'MINE' }),
  prototype: () => JSON.parse('{"__proto__": {"code": "OURS"}, "constructor": 1}'),
  'code that is no text': () => ({ code: unreadable() }),
  'code of ours': () => ({ code: 'UNAUTHENTICATED', http: { status: 401, headers: { a: 'b' } } }),
};
const others: Record<string, () => unknown> = {
  nothing: () => undefined,
  null: () => null,
  symbol: () => Symbol('s'),
  bigint: () => 1n,
  function: () => refuse,
  'object without a prototype': () => Object.create(null),
  proxy: unreadable,
  'proxy of an error': () => new Proxy(new Error('x'), { get: refuse }),
  'proxy of a GraphQLError': () => new Proxy(new GraphQLError('x'), { get: refuse }),
  'proxy of an error without a class': () => new Proxy(new Error('x'), { getPrototypeOf: refuse }),
  'frozen error': () => Object.freeze(new Error('x')),
  'frozen GraphQLError': () => Object.freeze(new GraphQLError('x')),
  'error that caused itself': () => {
    const error = new Error('x');
    return Object.assign(error, { cause: error });
  },
  'error of causes without end': () =>
    with_(new Error('x'), {
      get cause() {
        return others['error of causes without end']?.();
      },
    }),
  'AggregateError of itself': () => {
    const error = new AggregateError([], 'x');
    return Object.assign(error, { errors: [error] });
  },
  'revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
};
for (const member of ['message', 'stack', 'name', 'cause', 'path', 'nodes', 'source', 'extensions', 'originalError']) {
  const getter = {
    get [member]() {
      return refuse();
    },
  };
  others[`error with a getter for ${member}`] = () => with_(new Error('x'), getter);
  others[`GraphQLError with a getter for ${member}`] = () => with_(new GraphQLError('x'), getter);
  others[`error with a proxy as ${member}`] = () => with_(new Error('x'), { [member]: unreadable() });
  others[`GraphQLError with a proxy as ${member}`] = () => with_(new GraphQLError('x'), { [member]: unreadable() });
}
class Sub extends GraphQLError {
  override toJSON(): never {
    return refuse();
  }
}
Object.assign(others, { 'GraphQLError that cannot be JSON': () => new Sub('x') });

function errorOf(message: unknown, more: unknown): GraphQLError {
  const error = new GraphQLError('x');
  return with_(error, { message, extensions: more });
}

async function check(make: () => unknown): Promise<void> {
  const surface = surfaceThat(() => {
    throw make();
  });
  for (const query of ['{ ok fails }', 'mutation { ok fails }']) {
    const { status, body } = await surface.post({ query });
    expect([status, body.data, body.errors?.length]).toEqual([200, { ok: 'done', fails: null }, 1]);
    expect(body.errors[0].path).toEqual(['fails']);
    expect(typeof body.errors[0].message).toBe('string');
    expect(typeof body.errors[0].extensions.code).toBe('string');
    expect(body.errors[0].extensions.http).toBeUndefined();
    const event = surface.usage.at(-1);
    expect(event?.outcome).toBe('ERROR');
    expect(event?.actualCost).toBeGreaterThan(0);
  }
  const elsewhere = await surface.post({ query: '{ ok list odd any { name } }' });
  expect(elsewhere.status).toBe(200);
  expect(elsewhere.body.data).toEqual({ ok: 'done', list: ['a', null, 'b'], odd: null, any: null });
  expect(elsewhere.body.errors.map(({ path }: { path: unknown }) => path)).toEqual(
    expect.arrayContaining([['list', 1], ['odd'], ['any']]),
  );
  const asVariable = await surface.post({ query: 'query ($o: Odd) { ok takes(odd: $o) }', variables: { o: 1 } });
  expect([asVariable.status, asVariable.codes]).toEqual([400, ['BAD_USER_INPUT']]);
  const asLiteral = await surface.post({ query: '{ ok takes(odd: 1) }' });
  expect([asLiteral.status, asLiteral.codes]).toEqual([400, ['GRAPHQL_VALIDATION_FAILED']]);
  for (const query of ['subscription { source }', 'subscription { breaks }']) {
    const { status, text } = await surface.post({ query }, { Accept: 'text/event-stream' });
    expect(status).toBe(200);
    expect(text).toContain('event: complete');
    expect(text).toContain('"errors":[{"message":');
  }
}

describe('an error that cannot be read', () => {
  it.each(Object.keys(messages))('has a message: %s', (name) => check(() => errorOf(messages[name], {})));
  it.each(Object.keys(extensions))('has extensions: %s', (name) => check(() => errorOf('x', extensions[name]?.())));
  it.each(Object.keys(others))('is a %s', (name) => check(() => others[name]?.()));

  it('is one that is made by the constructor of GraphQLError', async () => {
    await check(() => new GraphQLError(undefined as never));
    await check(() => new GraphQLError(undefined as never, { extensions: { code: 'MINE' } }));
    await check(() => new GraphQLError('x', extensions['getter']?.() as object));
  });
});

test('an error keeps what can be shown of it', async () => {
  const surface = surfaceThat(() => {
    throw errorOf('Not today', { code: 'MINE', until: 'Monday', http: unreadable(), originalError: loop() });
  });
  const { body } = await surface.post({ query: '{ fails }' });
  expect(body.errors).toMatchObject([{ message: 'Not today', extensions: { code: 'MINE', until: 'Monday' } }]);
});

test('whatever an error is made of, its answer is not lost', async () => {
  const runs = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 15);
  const anything = fc
    .anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true })
    .map((value) => () => value);
  const error = fc.record({
    message: fc.oneof(
      fc.constantFrom(...Object.keys(messages)).map((name) => () => messages[name]),
      anything,
    ),
    extensions: fc.oneof(fc.constantFrom(...Object.values(extensions)), anything),
  });
  await fc.assert(
    fc.asyncProperty(error, ({ message, extensions: more }) => check(() => errorOf(message(), more()))),
    { numRuns: runs },
  );
});
