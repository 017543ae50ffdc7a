import { buildClientSchema, type GraphQLNamedInputType, getIntrospectionQuery } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildManagementSchema } from '../../src/apis/management/schema.ts';
import { buildPlacesSchema } from '../../src/apis/places/places-schema.ts';
import { decodeGlobalId, encodeGlobalId } from '../../src/apis/shared/global-id.ts';
import { type Leaf, leavesOf, rootFields, variablesOf } from '../support/generated-operations.ts';
import { hostileNumbers, hostileTexts, noCharacters, plentiful } from '../support/hostile-values.ts';
import { type Answer, expectCoded, sendOperation } from '../support/send-operation.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

/** Every root field of both surfaces is refused in every way there is, and each refusal says why. */
type SurfaceName = 'API' | 'MANAGEMENT';
const paths = { API: '/graphql', MANAGEMENT: '/admin/graphql' } as const;
const fields = [
  ...rootFields(buildPlacesSchema()).map((field) => ({ surface: 'API' as const, ...field })),
  ...rootFields(buildManagementSchema()).map((field) => ({ surface: 'MANAGEMENT' as const, ...field })),
].map((field) => ({ ...field, title: `${field.surface}: ${field.operation} ${field.name}` }));
type Field = (typeof fields)[number];
const mutationsWith = (...inputFields: readonly string[]): readonly Field[] =>
  fields.filter((field) => {
    const given = new Set(leavesOf(field).map(({ path }) => path[1]));
    return field.operation === 'mutation' && inputFields.every((name) => given.has(name));
  });

let test: TestApp;
/** Keys that may do everything on their surface, nothing there, and everything within another application. */
let everything: Record<SurfaceName, string>;
let nothing: Record<SurfaceName, string>;
let stranger: string;
/** Global ids of one object of each type that can be created, and of a country. */
const objects = new Map<string, string>();

const manager = { type: 'MANAGEMENT', grantable: ['*'], throttle: plentiful };

beforeAll(async () => {
  test = await openTestApp({ places: true });
  const explicit = ['read', 'write', 'update'].map((verb) => `${verb}:City.contributorEmail`);
  everything = {
    API: (await test.createKey(['*', ...explicit], { throttle: plentiful })).key,
    MANAGEMENT: (await test.createKey(['*'], { ...manager, applicationScope: 'ALL' })).key,
  };
  nothing = {
    API: (await test.createKey([], { throttle: plentiful })).key,
    MANAGEMENT: (await test.createKey([], { type: 'MANAGEMENT', throttle: plentiful })).key,
  };
  for (const type of creatable) objects.set(type, await make(type));
  const { body } = await test.graphql(everything.API, '{ country(code: "CH") { id } }');
  objects.set('Country', body.data.country.id);
  const applicationId = await make('Application');
  stranger = (await test.createKey(['*'], { ...manager, applicationId })).key;
});
afterAll(() => test.close());

/** In an order in which each can be made: a key needs an application. */
const creatable = fields
  .flatMap(({ name }) => /^create(.*)$/.exec(name)?.[1] ?? [])
  .sort((left, right) => Number(left === 'ApiKey') - Number(right === 'ApiKey'));

/** Creates an object by the mutation of its type, on the surface that has one. */
async function make(type: string): Promise<string> {
  const field = fields.find(({ name }) => name === `create${type}`);
  const [holder] = Object.entries(field?.payload ?? {}).find(([, held]) => held === type) ?? [];
  if (!field || !holder) throw new Error(`there is no create${type} that answers with it`);
  const document = field.document.replace('{ __typename }', `{ ${holder} { id } }`);
  const answer = await send(field.surface, everything[field.surface], document, plainVariables(field));
  if (answer.errors.length > 0) throw new Error(JSON.stringify(answer.errors));
  return answer.data[field.name][holder].id;
}

/** The type of the objects that a field is about, by its name: `updateRole` → `Role`. */
function typeOf({ name }: Field): string {
  const named = creatable.filter((type) => name.toLowerCase().includes(type.toLowerCase()));
  return named.sort((left, right) => right.length - left.length)[0] ?? 'ApiKey';
}

function plainVariables(field: Field, leaf?: Leaf['path'], value?: unknown): Record<string, unknown> {
  return variablesOf(field, (name, type) => plain(name, type, typeOf(field)), leaf, value);
}

let made = 0;

/** Values that are fine where nothing hostile is meant. */
function plain(name: string, type: GraphQLNamedInputType, about: string): unknown {
  switch (name) {
    case 'id':
      return objects.get(about);
    case 'applicationId':
      return objects.get('Application');
    case 'name':
      return `plain ${made++}`;
    case 'code':
    case 'countryCode':
      return 'CH';
    case 'ownerEmail':
      return 'ada@example.com';
    case 'privileges':
      return 'read:Country';
    case 'document':
      return '{ viewer { apiKey { name } } }';
  }
  switch (type.name) {
    case 'ID':
      return objects.get('ApiKey');
    case 'Int':
    case 'Float':
      return 10;
    case 'Boolean':
      return true;
    case 'DateTime':
      return '2026-11-25T00:00:00Z';
    case 'Duration':
      return 'PT1M';
    default:
      return 'plain';
  }
}

function send(surface: SurfaceName, key: string | undefined, query: string, variables: object): Promise<Answer> {
  // Everybody's buckets are full again.
  test.clock.advance(1000);
  return sendOperation(test, paths[surface], key, { query, variables });
}

let looked = 0;

afterEach(async () => {
  const ready = await test.fetch('/health/ready');
  expect(ready.status).toBe(200);
  const lines = test.log.slice(looked);
  looked = test.log.length;
  expect(lines.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
});

describe('the surfaces', () => {
  it.each(['API', 'MANAGEMENT'] as const)('%s is seen as a whole by a key that may do everything', async (surface) => {
    const { data } = await send(surface, everything[surface], getIntrospectionQuery(), {});
    const seen = rootFields(buildClientSchema(data)).map(({ document }) => document);
    expect(seen.sort()).toEqual(
      fields
        .filter((field) => field.surface === surface)
        .map((one) => one.document)
        .sort(),
    );
  });
});

describe.each(fields)('$title', (field) => {
  const { surface, document } = field;
  const call = (key: string | undefined, variables = plainVariables(field)) => send(surface, key, document, variables);

  it('needs a key', async () => {
    const { status, codes } = await call(undefined);
    expect([status, codes]).toEqual([401, ['CREDENTIALS_MISSING']]);
  });

  it('needs a key of its surface', async () => {
    const { status, codes } = await call(everything[surface === 'API' ? 'MANAGEMENT' : 'API']);
    expect([status, codes]).toEqual([403, ['API_KEY_SERVICE_BLOCKED']]);
  });

  it.skipIf(['viewer', 'rateLimit'].includes(field.name))('needs its privilege', async () => {
    const { status, codes, data } = await call(nothing[surface]);
    // On an event stream that was accepted a refusal is an event.
    const expected = field.operation === 'subscription' ? 200 : 403;
    expect([status, new Set(codes), data]).toEqual([expected, new Set(['FORBIDDEN']), undefined]);
  });

  const leaves = leavesOf(field);
  // What an earlier change ended would answer everything alike.
  beforeAll(async () => {
    if (field.operation !== 'mutation') return;
    for (const type of creatable) objects.set(type, await make(type));
  });

  it.skipIf(leaves.length === 0)('answers any text with a code or with data', async () => {
    for (const { path, type } of leaves) {
      for (const [name, value] of hostileTexts) {
        const answer = await call(everything[surface], plainVariables(field, path, value));
        const sent = `${path.join('.')}: ${type} = ${name}`;
        expectCoded(answer, sent);
        if (noCharacters.has(name)) expect([answer.codes, answer.data], sent).toEqual([['BAD_USER_INPUT'], undefined]);
      }
    }
  });

  const numbers = leaves.filter(({ type }) => ['Int', 'Float'].includes(type.name));
  it.skipIf(numbers.length === 0)('answers any number with a code or with data', async () => {
    for (const { path, type } of numbers) {
      for (const value of hostileNumbers) {
        const answer = await call(everything[surface], plainVariables(field, path, value));
        const sent = `${path.join('.')}: ${type} = ${value}`;
        expectCoded(answer, sent);
        if (notFor(type, value)) expect([answer.status, answer.data], sent).toEqual([400, undefined]);
      }
    }
  });

  const ids = leaves.filter(({ type }) => type.name === 'ID');
  it.skipIf(ids.length === 0)('finds nothing where there is nothing', async () => {
    for (const { path } of ids) {
      for (const [type, id] of unknownIds()) {
        const answer = await call(everything[surface], plainVariables(field, path, id));
        expectCoded(answer, `${path.join('.')} = an unknown ${type}`);
        expectNothingFound(field, { path, answer });
      }
    }
  });
});

function expectNothingFound(field: Field, { path, answer }: { path: Leaf['path']; answer: Answer }): void {
  const found = answer.data?.[field.name] ?? null;
  // An upsert makes what is not there, a filter holds for nothing.
  if (field.name.startsWith('upsert')) return;
  if (path.includes('filter')) expect(found?.nodes ?? []).toEqual([]);
  else expect(found).toBeNull();
  if (field.operation === 'mutation')
    expect(['NOT_FOUND', 'BAD_USER_INPUT', 'PRIVILEGE_ESCALATION']).toContain(answer.codes[0]);
}

/** Ids as they are made, of objects that were never made; and an object of a type that there is not. */
function unknownIds(): readonly (readonly [string, string])[] {
  const others = [...objects].map(([type, id]) => {
    const inner = decodeGlobalId(id).id;
    return [type, encodeGlobalId(type, inner.length === 36 ? inner.replace(/.{12}$/, '0'.repeat(12)) : 'XX')] as const;
  });
  return [...others, ['Nothing', encodeGlobalId('Nothing', '1')]];
}

/** Values that no argument of the type takes, whatever it means. */
function notFor({ name }: GraphQLNamedInputType, value: unknown): boolean {
  if (typeof value !== 'number') return true;
  return name === 'Int' && (!Number.isInteger(value) || Math.abs(value) >= 2 ** 31);
}

const ofAnApplication = new Set(['Application', 'ApiKey']);

describe('an object of another application', () => {
  const taking = fields.filter((field) => field.surface === 'MANAGEMENT' && leavesOf(field).some(isId));
  it.each(taking)('is for $title as if it were not there', async (field) => {
    for (const { path } of leavesOf(field).filter(isId)) {
      for (const [type, id] of unknownIds().filter(([type]) => ofAnApplication.has(type))) {
        const ask = (of: string | undefined) =>
          send('MANAGEMENT', stranger, field.document, plainVariables(field, path, of));
        const answer = await ask(objects.get(type));
        expectCoded(answer, `${path.join('.')} = ${type} of another application`);
        expectNothingFound(field, { path, answer });
        expect(answer.text).toBe((await ask(id)).text);
      }
    }
  });

  it('is in no list, and not counted', async () => {
    const document = `{
      applications(first: 100) { totalCount nodes { name } }
      apiKeys(first: 100) { totalCount nodes { application { name } } }
    }`;
    const { data } = await send('MANAGEMENT', stranger, document, {});
    expect(data.applications).toMatchObject({ totalCount: 1, nodes: [{ name: expect.stringMatching(/^plain/) }] });
    expect(data.apiKeys.totalCount).toBe(1);
  });

  it('is not made', async () => {
    const field = fields.find(({ name }) => name === 'createApplication');
    const answer = await send('MANAGEMENT', stranger, field?.document ?? '', plainVariables(field as Field));
    expect(answer.data?.createApplication ?? null).toBeNull();
    expect(answer.codes).toHaveLength(1);
  });
});

function isId({ type }: Leaf): boolean {
  return type.name === 'ID';
}

describe('a change', () => {
  it.each(mutationsWith('etag'))('of something that was changed since is refused by $title', async (field) => {
    objects.set(typeOf(field), await make(typeOf(field)));
    const stale = plainVariables(field, ['input', 'etag'], 'stale');
    const answer = await send(field.surface, everything[field.surface], field.document, stale);
    expect([answer.status, answer.codes, answer.data?.[field.name] ?? null]).toEqual([200, ['ETAG_MISMATCH'], null]);
  });

  it.each(mutationsWith('idempotencyKey', 'name'))(
    'with an idempotency key that was used is refused by $title',
    async (field) => {
      const again = (name: string) =>
        send(field.surface, everything[field.surface], field.document, {
          input: {
            ...(plainVariables(field, ['input', 'idempotencyKey'], `again-${field.name}`)['input'] as object),
            name,
          },
        });
      expect((await again('one')).codes).toEqual([]);
      expect((await again('one')).codes).toEqual([]);
      expect((await again('other')).codes).toEqual(['IDEMPOTENCY_KEY_REUSED']);
    },
  );
});
