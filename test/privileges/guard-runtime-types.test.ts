import { buildSchema, type ExecutionResult, execute, type GraphQLObjectType, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';
import { guardRuntimeTypes } from '../../src/privileges/guard-runtime-types.ts';
import { held } from './held.ts';

const sdl = `
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
  type Query { pet: Pet pets: [Pet] @listSize(assumedSize: 5) sure: [Pet!] @listSize(assumedSize: 5) thing: Thing }
  interface Pet { name: String }
  union Thing = Dog | HiddenCat
  type Dog implements Pet { name: String }
  type HiddenCat implements Pet { name: String }
`;
const dog = { __typename: 'Dog', name: 'Rex' };
const cat = { __typename: 'HiddenCat', name: 'Tom' };
const query = '{ pet { __typename name } pets { __typename } sure { name } thing { __typename } }';

type Found = 'BY_NAME' | 'BY_RESOLVER' | 'BY_PREDICATE' | 'LATE';

function answer(rootValue: object, found: Found = 'BY_NAME', context?: object) {
  const schema = buildSchema(sdl);
  const privileges = held(['read:Query', 'read:Dog'], compileSchema(schema));
  for (const name of ['Dog', 'HiddenCat']) {
    if (found !== 'BY_PREDICATE') continue;
    (schema.getType(name) as GraphQLObjectType).isTypeOf = ({ name: given }) =>
      given === (name === 'Dog' ? 'Rex' : 'Tom');
  }
  const byName = ({ name }: { name: string }) => (name === 'Rex' ? 'Dog' : 'HiddenCat');
  for (const name of ['Pet', 'Thing']) {
    if (found === 'BY_RESOLVER') Object.assign(schema.getType(name) ?? {}, { resolveType: byName });
    if (found === 'LATE')
      Object.assign(schema.getType(name) ?? {}, { resolveType: async (value: typeof dog) => byName(value) });
  }
  guardRuntimeTypes(schema);
  const contextValue = context ?? { access: privileges };
  return Promise.resolve(
    execute({ schema, document: parse(query), rootValue, contextValue }),
  ) as Promise<ExecutionResult>;
}

describe('T08 an object whose type the caller cannot see', () => {
  const nameless = (given: object) => ({ ...given, __typename: undefined });
  it.each<[Found, object, object]>([
    ['BY_NAME', dog, cat],
    ['BY_RESOLVER', nameless(dog), nameless(cat)],
    ['BY_PREDICATE', nameless(dog), nameless(cat)],
    ['LATE', nameless(dog), nameless(cat)],
  ])('is null, and its type is named nowhere, when it is found %s', async (found, seen, hidden) => {
    const { data, errors } = await answer(
      { pet: hidden, pets: [seen, hidden], sure: [seen, hidden], thing: hidden },
      found,
    );
    expect(JSON.parse(JSON.stringify(data))).toEqual({
      pet: null,
      pets: [{ __typename: 'Dog' }, null],
      sure: null,
      thing: null,
    });
    expect(errors?.map(({ path, extensions }) => [path?.join('.'), extensions['code']])).toEqual(
      expect.arrayContaining([
        ['pet', 'UNAUTHORIZED_FIELD_OR_TYPE'],
        ['pets.1', 'UNAUTHORIZED_FIELD_OR_TYPE'],
        ['sure.1', 'UNAUTHORIZED_FIELD_OR_TYPE'],
        ['thing', 'UNAUTHORIZED_FIELD_OR_TYPE'],
      ]),
    );
    expect(JSON.stringify({ data, errors })).not.toContain('HiddenCat');
  });

  it('is every object when the context does not say who calls', async () => {
    const { data } = await answer({ pet: dog }, 'BY_NAME', {});
    expect(data?.['pet']).toBeNull();
  });

  it.each([
    ['no type', 'Nobody'],
    ['a type of another kind', 'String'],
    ['a type that is none of its own', 'Query'],
  ])('and one of %s is a fault, not a denial', async (_, name) => {
    const { data, errors } = await answer({ pet: { __typename: name, name: 'x' } });
    expect(data?.['pet']).toBeNull();
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual([undefined]);
  });

  it('and those that it sees are as they were', async () => {
    const { data, errors } = await answer({ pet: dog, pets: [dog], sure: [dog], thing: dog });
    expect(errors).toBeUndefined();
    expect(data?.['pet']).toEqual({ __typename: 'Dog', name: 'Rex' });
  });
});
