import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { buildManagementSchema } from '../../src/apis/management/schema.ts';
import { buildPlacesSchema } from '../../src/apis/places/places-schema.ts';
import { printedSchemas } from '../../src/commands/printed-schemas.ts';
import { compileFormula } from '../../src/cost/compile-formula.ts';
import { countIntrospection } from '../../src/cost/count-introspection.ts';
import { priceDocument } from '../../src/cost/price-document.ts';
import { compileDocument } from '../../src/plan/compile-document/compile-document.ts';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';

const [places, management] = printedSchemas().map(({ text }) => text);

function priceOnServer(schema: ReturnType<typeof buildPlacesSchema>, document: string, variables: object): number {
  const compiled = compileSchema(schema);
  const answer = compileDocument(compiled, parse(document), undefined, { maxSteps: 10_000, maxDepth: 15 });
  if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
  const introspected = countIntrospection(schema, parse(document), undefined, {});
  if (introspected.kind !== 'COUNTED') throw new Error(introspected.kind);
  const estimate = compileFormula(compiled, answer.plan).estimate({ ...variables }, undefined, introspected.byKey);
  return estimate.kind === 'PRICED' ? estimate.points : Number.NaN;
}

describe('a document that is priced offline', () => {
  test.each([
    ['{ countries { nodes { name cities(first: 5) { edges { node { name nearby(radiusKm: 10) { name } } } } } } }', {}],
    ['query ($n: Int) { countries(first: $n) { nodes { borders { name } } totalCount } }', { n: 7 }],
    [
      '{ searchPlaces(text: "a") { name ... on City { country { name } } } node(id: "x") { ... on City { name } } }',
      {},
    ],
    ['{ citiesNear(latitude: 1, longitude: 2, radiusKm: 3) { country { name } } rateLimit { restoreRate } }', {}],
    [
      'mutation ($i: UpsertCityInput!) { upsertCity(input: $i) { city { name } } }',
      { i: { id: 'x', name: 'x', countryCode: 'CH', latitude: 1, longitude: 2 } },
    ],
    ['subscription { cityChanged { city { name } } }', {}],
    ['{ __schema { types { name } } viewer { application { name } } }', {}],
  ])('costs what the server asks: %s', (document, variables: object) => {
    const answer = priceDocument({ sdl: places ?? '', document, variables: { ...variables } });
    const expected = priceOnServer(buildPlacesSchema(), document, variables);
    expect(answer).toMatchObject({ kind: 'PRICES', operations: [{ points: expected }] });
    expect(expected).toBeGreaterThan(0);
  });

  test('also against the management API', () => {
    const document = '{ apiKeys(first: 30) { edges { node { name application { name } } } pageInfo { hasNextPage } } }';
    expect(priceDocument({ sdl: management ?? '', document })).toMatchObject({
      operations: [{ points: priceOnServer(buildManagementSchema(), document, {}) }],
    });
  });

  test('names its dearest fields, and all of its operations unless one is named', () => {
    const document = 'query A { countries(first: 3) { nodes { name } } } query B { viewer { apiKey { name } } }';
    expect(priceDocument({ sdl: places ?? '', document })).toMatchObject({
      operations: [
        {
          name: 'A',
          points: 4,
          dearest: [
            { path: 'countries.nodes', cost: 3 },
            { path: 'countries', cost: 1 },
          ],
        },
        { name: 'B' },
      ],
    });
    const one = priceDocument({ sdl: places ?? '', document, operationName: 'B' });
    expect(one.kind === 'PRICES' && one.operations.map(({ name }) => name)).toEqual(['B']);
  });

  test.each([
    ['{', /Syntax Error/],
    ['{ cities { nodes { nam } } }', /^1:20 Cannot query field "nam"/],
    ['{ cities(first: 1000) { nodes { name } } }', /PAGE_SIZE_OUT_OF_RANGE at cities/],
    ['query ($n: Int!) { cities(first: $n) { nodes { name } } }', /"\$n"/],
    [
      `{ __schema { types { ...A0 } } } ${[0, 1, 2, 3, 4, 5].map((n) => `fragment A${n} on __Type { ${'abcdefgh'.replaceAll(/./g, (alias) => `${alias}: fields { type { ...A${n + 1} } } `)} }`).join(' ')} fragment A6 on __Type { name }`,
      /QUERY_TOO_COMPLEX at __schema: It asks for more than 500000/,
    ],
  ])('says what is wrong with %s', (document, message) => {
    const answer = priceDocument({ sdl: places ?? '', document });
    expect(answer.kind === 'PROBLEMS' && answer.problems[0]).toMatch(message);
  });

  test('a schema with a list that nothing bounds needs to be told how long it is', () => {
    const sdl = 'type Query { all: [Thing!]! } type Thing { name: String }';
    const refused = priceDocument({ sdl, document: '{ all { name } }' });
    expect(refused.kind === 'PROBLEMS' && refused.problems[0]).toMatch(/UNBOUNDED_LIST/);
    expect(priceDocument({ sdl, document: '{ all { name } }', defaultAssumedSize: 50 })).toMatchObject({
      operations: [{ points: 50 }],
    });
  });
});
