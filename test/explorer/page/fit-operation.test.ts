import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { fitOperation } from '../../../src/explorer/page/fit-operation.ts';

const full = {
  query: `# What it is for.
query Cities($code: String!, $after: String) {
  country(code: $code) {
    name
    cities(first: 10, after: $after, filter: { population: { gte: 5 } }) { nodes { id population } }
  }
}`,
  variables: { code: 'PT', after: null },
};
const country = 'type Country { name: String cities(first: Int, after: String, filter: Filter): Cities } type Cities';
const filter = 'input Filter { population: Int2 name: String } input Int2 { gte: Int }';

describe('an operation fitted to a view', () => {
  it('stays as it is where the view has everything, and keeps its comment', () => {
    const schema = buildSchema(`type Query { country(code: String!): Country } ${filter}
      ${country} { nodes: [City] } type City { id: ID population: Int }`);
    const fitted = fitOperation(full, schema);
    expect(fitted?.query).toMatch(/^# What it is for\.\nquery Cities/);
    expect(fitted?.query).toContain('population');
    expect(fitted?.variables).toEqual(full.variables);
  });

  it('loses fields, arguments, input fields and variables that the view does not have', () => {
    const schema = buildSchema(`type Query { country(code: String!): Country } input Filter { name: String }
      type Country { name: String cities(first: Int, filter: Filter): Cities }
      type Cities { nodes: [City] } type City { id: ID }`);
    const fitted = fitOperation(full, schema);
    expect(fitted?.query).not.toMatch(/population|after/);
    expect(fitted?.variables).toEqual({ code: 'PT' });
    expect(validate(schema, parse(fitted?.query ?? ''))).toEqual([]);
  });

  it('loses a selection of which nothing is left', () => {
    const schema = buildSchema(`type Query { country(code: String!): Country } ${filter}
      ${country} { nodes: [City] } type City { name: String }`);
    const fitted = fitOperation(full, schema);
    expect(fitted?.query).toContain('name');
    expect(fitted?.query).not.toMatch(/cities|nodes/);
  });

  it('is none when nothing is left, or when what is left cannot run', () => {
    expect(fitOperation(full, buildSchema('type Query { other: Int }'))).toBeUndefined();
    const needsMore = buildSchema(
      'type Query { country(code: String!, of: Int!): Country } type Country { name: Int }',
    );
    expect(fitOperation(full, needsMore)).toBeUndefined();
  });

  it('loses the input fields of a variable that the view does not have', () => {
    const schema = buildSchema(`type Query { a: Int } type Mutation { make(input: Make!): Int }
      input Make { name: String parts: [Part!] } input Part { size: Int }`);
    const fitted = fitOperation(
      {
        query: 'mutation Make($input: Make!) { make(input: $input) }',
        variables: { input: { name: 'x', secret: 1, parts: [{ size: 1, colour: 'red' }] } },
      },
      schema,
    );
    expect(fitted?.variables).toEqual({ input: { name: 'x', parts: [{ size: 1 }] } });
  });
});
