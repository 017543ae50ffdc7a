import { buildSchema } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import { declare } from '../../src/plan/declare.ts';
import { openTestSurface } from '../support/test-surface.ts';

const schema = declare(
  buildSchema(`
    type Query { things(first: Int, filter: Filter): [Thing] }
    type Thing { name: String secret: String }
    input Filter { name: String secret: String }
    type Mutation { change(input: Input!): Thing }
    input Input { name: String secret: String }
  `),
  {
    undeclaredArguments: 'NEUTRAL',
    defaultAssumedSize: 10,
    mutations: { change: ['update'] },
    inputs: { Filter: { entity: 'Thing' }, Input: { entity: 'Thing' } },
  },
);

const asked: readonly { readonly query: string; readonly variables?: object }[] = [
  { query: '{ things(first: 2) { name } }' },
  { query: '{ things(first: 2) { secret } }' },
  {
    query:
      'query ($first: Int, $secret: Boolean = false) { things(first: $first) { name secret @include(if: $secret) } }',
  },
  { query: 'query ($filter: Filter) { things(filter: $filter) { name } }', variables: { filter: { name: 'a' } } },
  { query: 'query ($filter: Filter) { things(filter: $filter) { name } }' },
  { query: 'mutation ($input: Input!) { change(input: $input) { name } }', variables: { input: { name: 'a' } } },
  { query: 'mutation ($name: String) { change(input: { name: $name }) { name } }' },
  { query: '{ __typename things { __typename } }' },
];

const names = [
  'first',
  'filter',
  'secret',
  'name',
  'input',
  'variables',
  'operationName',
  'data',
  'errors',
  'privileges',
];

/** Another library's fault must not become a privilege: whatever objects inherit, what was sent is what is judged. */
describe('what every object inherits', () => {
  afterEach(() => {
    for (const name of names) Reflect.deleteProperty(Object.prototype, name);
  });

  it('reaches no decision on privileges, price or conditions', async () => {
    const judge = async () => {
      const { post } = openTestSurface(schema, {
        key: { privileges: ['read:Query', 'read:Thing.name', 'update:Mutation', 'update:Thing.name'] },
      });
      const answers = [];
      for (const body of asked) {
        const { status, codes, text } = await post(JSON.stringify(body));
        const cost = /"requestedQueryCost":(\d+)/.exec(text)?.[1];
        answers.push({ status, codes, cost });
      }
      return answers;
    };
    const clean = await judge();
    expect(new Set(clean.map(({ status }) => status))).toEqual(new Set([200, 403]));
    for (const value of [true, null, 5, 'x', { secret: 'x', first: 5 }, ['x']]) {
      for (const name of names.slice(0, 5)) {
        Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
        const polluted = await judge();
        Reflect.deleteProperty(Object.prototype, name);
        expect(polluted, `${name} ${JSON.stringify(value)}`).toEqual(clean);
      }
    }
  });
});
