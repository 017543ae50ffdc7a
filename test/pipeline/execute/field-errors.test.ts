import { buildSchema, GraphQLError, GraphQLScalarType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codedError } from '../../../src/kernel/errors.ts';
import { declare } from '../../../src/plan/declare.ts';
import { openTestSurface, type SurfaceAnswer } from '../../support/test-surface.ts';

const key = `fieldpass_live_${'A'.repeat(12)}_${'b'.repeat(38)}`;
const tooSpecific = { path: ['somewhere', 'else'], nodes: [], positions: [1] };

/** What a resolver does with `how`. */
const ways: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new Error('secret');
  },
  rejects: () => Promise.reject(new Error('secret')),
  returns: () => new Error('secret'),
  resolvesToAnError: () => Promise.resolve(new Error('secret')),
  throwsText: () => {
    throw 'secret';
  },
  throwsNothing: () => {
    throw undefined;
  },
  throwsAnErrorWithAPath: () => {
    throw Object.assign(new Error('secret'), { path: ['secret'], nodes: [], source: 'secret', positions: [7] });
  },
  rejectsWithAnErrorWithAPath: () => Promise.reject(Object.assign(new Error('secret'), { path: [] })),
};

/** The same with what an API says on purpose. */
const purposes: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new GraphQLError('Not today', { extensions: { code: 'CLOSED', until: 'Monday' } });
  },
  rejects: () => Promise.reject(new GraphQLError('Not today', { extensions: { code: 'CLOSED', until: 'Monday' } })),
  returns: () => new GraphQLError('Not today', { extensions: { code: 'CLOSED', until: 'Monday' } }),
  withAPathOfItsOwn: () => {
    throw new GraphQLError('Not today', {
      ...tooSpecific,
      extensions: { code: 'CLOSED', until: 'Monday', http: { status: 418, headers: { 'X-Teapot': 'yes' } } },
    });
  },
  withWhatServersAdd: () => {
    throw new GraphQLError('Not today', {
      originalError: new Error('secret'),
      extensions: {
        code: 'CLOSED',
        until: 'Monday',
        stacktrace: ['secret'],
        exception: { stacktrace: 'secret' },
        originalError: { message: 'secret' },
      },
    });
  },
};

/** Serialized values that JSON leaves out, or writes as null. */
const withoutJson: Readonly<Record<string, unknown>> = {
  function: () => 1,
  symbol: Symbol('s'),
  NaN: Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  'toJSON of undefined': { toJSON: () => undefined },
  'toJSON of null': { toJSON: () => null },
  'a date that is none': new Date(Number.NaN),
};

const Odd = new GraphQLScalarType({
  name: 'Odd',
  serialize(value) {
    if (value === 'nothing') return undefined;
    if (value === 'big') return 1n;
    if (value === 'endless') {
      const loop: { self?: unknown } = {};
      loop.self = loop;
      return loop;
    }
    if (typeof value === 'string' && value in withoutJson) return withoutJson[value];
    if (value === 'purpose') throw new GraphQLError('Not today', { ...tooSpecific, extensions: { code: 'CLOSED' } });
    if (value === 'fault') throw new TypeError('secret');
    return value;
  },
});

const schema = declare(
  buildSchema(`
    scalar Odd
    type Query { box: Box boxes: [Box] must: [Box!] any: Any anys: [Any!] ok: String odd(of: String): Odd odds: [Odd!] }
    interface Any { name: String }
    type One implements Any { name: String }
    type Two implements Any { name: String }
    type Box { name: String list: [String] must: String! never: Box! number: Int flag: Boolean inner: Box colour: Colour ok: String }
    enum Colour { RED }
    type Subscription { tick: Box }
  `),
  { undeclaredArguments: 'NEUTRAL', defaultAssumedSize: 10 },
);
const fields = (name: string) => (schema.getType(name) as import('graphql').GraphQLObjectType).getFields();
let box: unknown = {};
let boxes: unknown = [];
let any: unknown;
let anys: unknown;
const roots: Readonly<Record<string, () => unknown>> = {
  box: () => box,
  boxes: () => boxes,
  must: () => boxes,
  any: () => any,
  anys: () => anys,
  ok: () => 'ok',
  odds: () => box,
};
for (const [name, value] of Object.entries(roots)) {
  Object.assign(fields('Query')[name] ?? {}, { resolve: value });
}
Object.assign(fields('Query')['odd'] ?? {}, { resolve: (_: unknown, { of }: { of: string }) => of });
Object.assign(schema.getType('Odd') ?? {}, { serialize: Odd.serialize });
let typeOf: (value: unknown) => unknown = () => 'One';
Object.assign(schema.getType('Any') ?? {}, { resolveType: (value: unknown) => typeOf(value) });
let subscribe: () => unknown = () => undefined;
Object.assign(fields('Subscription')['tick'] ?? {}, { subscribe: () => subscribe() });

const { post, log, usage } = openTestSurface(schema);

const unhandled: unknown[] = [];
const hear = (error: unknown) => void unhandled.push(error);
beforeAll(() => void process.on('unhandledRejection', hear));
afterAll(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', hear);
  expect(unhandled).toEqual([]);
});

const masked = (path: readonly (string | number)[], column: number) => ({
  message: 'Unexpected error.',
  path,
  locations: [{ line: 1, column }],
  extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'r' },
});
const shown = (path: readonly (string | number)[], column: number) => ({
  message: 'Not today',
  path,
  locations: [{ line: 1, column }],
  extensions: { code: 'CLOSED', until: 'Monday' },
});

/** GraphQL specification §7.1.2: an error of a field has its path. */
describe.each(Object.entries(ways))('a resolver that %s', (_, way) => {
  it('is masked, at the place where it happened', async () => {
    box = { name: way, ok: 'ok', inner: { name: way } };
    const { status, body, text } = await post({ query: '{ box { a: name ok inner { name } } ok }' });
    expect(status).toBe(200);
    expect(body.data).toEqual({ box: { a: null, ok: 'ok', inner: { name: null } }, ok: 'ok' });
    expect(body.errors).toHaveLength(2);
    expect(body.errors).toContainEqual(masked(['box', 'a'], 9));
    expect(body.errors).toContainEqual(masked(['box', 'inner', 'name'], 28));
    expect(text).not.toContain('secret');
  });

  it('is masked within lists', async () => {
    const other = { name: 'x' };
    boxes = [other, { name: way }, other];
    const inItem = await post({ query: '{ boxes { name } }' });
    expect(inItem.body.data.boxes).toEqual([{ name: 'x' }, { name: null }, { name: 'x' }]);
    expect(inItem.body.errors).toEqual([masked(['boxes', 1, 'name'], 11)]);
    box = { list: ['a', Promise.resolve().then(way), 'b'] };
    const inList = await post({ query: '{ box { list } }' });
    expect(inList.body).toMatchObject({
      data: { box: { list: ['a', null, 'b'] } },
      errors: [masked(['box', 'list', 1], 9)],
    });
  });

  it('takes what may not be null with it, up to what may, and leaves no promise behind', async () => {
    const later = () => new Promise((_, reject) => setImmediate(() => reject(new Error('later'))));
    boxes = [{ must: later, never: later }, { must: way }, { must: later }];
    const { body } = await post({ query: '{ ok must { must } boxes { must never { ok } } }' });
    expect(body.data).toEqual({ ok: 'ok', must: null, boxes: [null, null, null] });
    for (const { path, locations, message } of body.errors) {
      expect(path).toEqual(expect.any(Array));
      expect(locations).toHaveLength(1);
      expect(message).toBe('Unexpected error.');
    }
  });
});

describe.each(Object.entries(purposes))('a GraphQLError that a resolver %s', (_, way) => {
  it('is shown, at the place where it happened, and decides nothing', async () => {
    box = { name: way };
    boxes = [{ name: way }];
    const { status, headers, body, text } = await post({ query: '{ box { a: name } boxes { name } ok }' });
    expect(status).toBe(200);
    expect(headers.get('x-teapot')).toBeNull();
    expect(body.errors).toEqual([shown(['box', 'a'], 9), shown(['boxes', 0, 'name'], 27)]);
    expect(text).not.toMatch(/secret|somewhere|418/);
  });
});

it('shows no key, no http and no code of ours that others wrote', async () => {
  box = {
    name: () => {
      throw new GraphQLError(`The key ${key} is wrong`, {
        extensions: {
          code: 'FORBIDDEN',
          coordinate: 'Box.name',
          privilege: 'READ',
          deep: { text: [`${key}`] },
          http: { status: 401, headers: { 'WWW-Authenticate': 'Basic' } },
        },
      });
    },
  };
  const { status, headers, body, text } = await post({ query: '{ box { name } ok }' });
  expect([status, headers.get('www-authenticate')]).toEqual([200, null]);
  expect(text).not.toContain(key);
  expect(body.errors[0]).toMatchObject({
    message: 'The key redacted_key is wrong',
    path: ['box', 'name'],
    extensions: { code: 'FORBIDDEN', coordinate: 'Box.name', deep: { text: ['redacted_key'] } },
  });
  expect(usage.at(-1)).toMatchObject({ outcome: 'ERROR', denials: [], errorCode: undefined });
});

it('shows nothing of a key whose message is cut in the middle of it', async () => {
  const hidden = [...key].map((character) => `%${character.charCodeAt(0).toString(16)}`).join('');
  for (const written of [key, hidden]) {
    for (let cut = 1; cut < written.length; cut += 7) {
      box = { name: () => new GraphQLError(`${'x '.repeat(500).slice(cut)}${written}`) };
      const { text } = await post({ query: '{ box { name } }' });
      expect(text).not.toMatch(/live_A|%6c%69%76%65/);
    }
  }
});

it('gives a GraphQLError without a code the one that servers give', async () => {
  box = { name: () => new GraphQLError('Just so', { extensions: { size: 1n } }) };
  const { body } = await post({ query: '{ box { name } }' });
  expect(body.errors[0]).toMatchObject({
    message: 'Just so',
    path: ['box', 'name'],
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  });
});

it('keeps errors of ours as they are, at their place', async () => {
  box = { name: () => Promise.reject(codedError('NOT_FOUND', 'Not there.', { id: 1 }, tooSpecific)) };
  const { body } = await post({ query: '{ box { name } }' });
  expect(body.errors).toEqual([
    {
      message: 'Not there.',
      path: ['box', 'name'],
      locations: [{ line: 1, column: 9 }],
      extensions: { code: 'NOT_FOUND', id: 1 },
    },
  ]);
});

/** Whatever the executor finds itself is no one's purpose. */
describe('a value that is none of its type', () => {
  it.each<[string, object, string, unknown, readonly (string | number)[]]>([
    ['null', { must: null, ok: 'ok' }, '{ box { must } ok }', { box: null, ok: 'ok' }, ['box', 'must']],
    ['undefined', {}, '{ box { never { ok } } ok }', { box: null, ok: 'ok' }, ['box', 'never']],
    ['a promise of null', { must: Promise.resolve(null) }, '{ box { must } }', { box: null }, ['box', 'must']],
    ['a text for an Int', { number: 'secret' }, '{ box { number } }', { box: { number: null } }, ['box', 'number']],
    ['NaN', { number: Number.NaN }, '{ box { number } }', { box: { number: null } }, ['box', 'number']],
    ['an object for a text', { name: { secret: 1 } }, '{ box { name } }', { box: { name: null } }, ['box', 'name']],
    ['a text for a Boolean', { flag: 'secret' }, '{ box { flag } }', { box: { flag: null } }, ['box', 'flag']],
    ['no value of an enum', { colour: 'secret' }, '{ box { colour } }', { box: { colour: null } }, ['box', 'colour']],
    ['no list', { list: 'secret' }, '{ box { list } }', { box: { list: null } }, ['box', 'list']],
    ['an item', { list: ['a', {}] }, '{ box { list } }', { box: { list: ['a', null] } }, ['box', 'list', 1]],
    [
      'a list that ends in a fault',
      {
        list: (function* () {
          yield 'a';
          throw new Error('secret');
        })(),
      },
      '{ box { list } }',
      { box: { list: null } },
      ['box', 'list'],
    ],
  ])('is masked with its path: %s', async (_, value, query, data, path) => {
    box = value;
    const { status, body, text } = await post({ query });
    expect([status, body.data]).toEqual([200, data]);
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0]).toMatchObject({
      message: 'Unexpected error.',
      path,
      locations: [{ line: 1 }],
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
    expect(text).not.toContain('secret');
  });

  it.each<[string, (value: unknown) => unknown]>([
    ['that nobody knows', () => undefined],
    ['that there is not', () => 'secret'],
    ['of another', () => 'Box'],
    [
      'that throws',
      () => {
        throw Object.assign(new Error('secret'), { path: ['secret'] });
      },
    ],
    ['that rejects', () => Promise.reject(new Error('secret'))],
    ['that is no name', () => JSON.parse('{"then":"secret"}')],
  ])('is masked with its path: an object of a type %s', async (_, found) => {
    typeOf = (value) => (value === 'bad' ? found(value) : 'One');
    any = 'bad';
    anys = [{}, 'bad'];
    const { status, body, text } = await post({ query: '{ any { name } anys { name } ok }' });
    expect([status, body.data]).toEqual([200, { any: null, anys: null, ok: 'ok' }]);
    expect(body.errors.map(({ path }: { path: unknown }) => path)).toEqual(expect.arrayContaining([['any']]));
    for (const { message, path } of body.errors) {
      expect(message).toMatch(/^Un(expected error|authorized field or type)\.$/);
      expect(path).toEqual(expect.any(Array));
    }
    expect(text).not.toContain('secret');
  });

  it.each(['nothing', 'big', 'endless', 'fault'])(
    'is masked with its path: a scalar that makes of it %s',
    async (of) => {
      const { status, body, text } = await post({ query: `{ a: odd(of: "${of}") ok }` });
      expect([status, body.data]).toEqual([200, { a: null, ok: 'ok' }]);
      expect(body.errors).toEqual([masked(['a'], 3)]);
      expect(text).not.toContain('secret');
    },
  );

  it('is shown when a scalar says so on purpose', async () => {
    const { body } = await post({ query: '{ a: odd(of: "purpose") }' });
    expect(body.errors[0]).toMatchObject({ message: 'Not today', path: ['a'], extensions: { code: 'CLOSED' } });
    box = ['fine', 'purpose'];
    const inList = await post({ query: '{ odds }' });
    expect(inList.body).toMatchObject({ data: { odds: null }, errors: [{ message: 'Not today', path: ['odds', 1] }] });
  });
});

/** ECMAScript, "Promise Resolve Functions": only a function makes it one. */
describe('a value with a member `then`', () => {
  it.each([['x'], [1], [null], [{}], [[]]])('is a value like others, where it is no function: %j', async (then) => {
    const text = JSON.stringify(then);
    const value = JSON.parse(`{"then":${text},"catch":${text},"finally":${text}}`);
    box = [value, { deep: value }];
    const { body } = await post({ query: '{ odds then: ok }' });
    expect(JSON.stringify(body.data)).toBe(JSON.stringify({ odds: box }).replace(/}$/, ',"then":"ok"}'));
    box = { ...value, name: 'a', inner: { ...value, name: 'b' } };
    const object = await post({ query: '{ box { then: name inner { then: name } } }' });
    expect(JSON.stringify(object.body.data)).toBe('{"box":{"then":"a","inner":{"then":"b"}}}');
  });
});

it('logs a fault that repeats a few times, and how often it was', async () => {
  boxes = Array.from({ length: 10 }, () => ({
    name: () => {
      throw new Error('again');
    },
  }));
  const before = log.length;
  const aliases = Array.from({ length: 50 }, (_, index) => `a${index}: name`).join(' ');
  const { body } = await post({ query: `{ boxes { ${aliases} } }` });
  expect(body.errors).toHaveLength(500);
  expect(log.length - before).toBeLessThanOrEqual(12);
  expect(log.at(-1)).toContain('"errors":500');
});

it('says of a source that fails on purpose what it says, and takes no status from it', async () => {
  subscribe = purposes['withAPathOfItsOwn'] as () => unknown;
  const answer: SurfaceAnswer = await post(
    { query: 'subscription { tick { name } }' },
    { Accept: 'text/event-stream' },
  );
  expect([answer.status, answer.headers.get('x-teapot')]).not.toContain(418);
  expect(answer.headers.get('x-teapot')).toBeNull();
  expect(answer.text).toContain('"Not today"');
  expect(answer.text).toContain('"path":["tick"]');
});

/** GraphQL specification §3.5: what cannot be represented is an error of the field. */
describe.each([...Object.keys(withoutJson), 'big', 'nothing'])('a value without JSON: %s', (value) => {
  it('is masked, at its field', async () => {
    const { body } = await post({ query: `{ odd(of: "${value}") ok }` });
    expect(body.data).toEqual({ odd: null, ok: 'ok' });
    expect(body.errors).toEqual([masked(['odd'], 3)]);
  });

  it('is masked within a list, and takes what may not be null with it', async () => {
    box = ['fine', value];
    const { body } = await post({ query: '{ odds ok }' });
    expect(body.data).toEqual({ odds: null, ok: 'ok' });
    expect(body.errors).toEqual([masked(['odds', 1], 3)]);
  });
});
