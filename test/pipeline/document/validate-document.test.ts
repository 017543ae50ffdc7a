import fc from 'fast-check';
import { buildSchema, GraphQLError, type GraphQLSchema, parse, specifiedRules, type ValidationRule } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildManagementSchema } from '../../../src/apis/management/schema.ts';
import { buildPlacesSchema } from '../../../src/apis/places/places-schema.ts';
import { knownDocuments } from '../../../src/pipeline/document/known-documents.ts';
import { validateDocument, viewValidation } from '../../../src/pipeline/document/validate-document.ts';
import { randomDocuments } from '../../support/random-documents.ts';

const numRuns = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 100);
const schemas: readonly (readonly [string, GraphQLSchema])[] = [
  ['places', buildPlacesSchema()],
  ['management', buildManagementSchema()],
];

describe.each(schemas)('validation on %s', (_, schema) => {
  it(
    'answers whatever parses, with and without suggestions, and never throws',
    () => {
      const validateOnView = viewValidation(knownDocuments());
      fc.assert(
        fc.property(randomDocuments(schema), (source) => {
          const document = parse(source);
          const known = validateDocument(schema, document);
          const told = validateOnView(schema, document);
          expect(known.every((error) => error instanceof GraphQLError)).toBe(true);
          expect(told.length > 0).toBe(known.length > 0);
        }),
        { numRuns },
      );
    },
    60_000 + numRuns * 40,
  );
});

describe('a rule that throws', () => {
  const schema = buildSchema('type Query { a: Int }');
  const validated = (thrown: unknown) => {
    const rule: ValidationRule = () => ({
      Field() {
        throw thrown;
      },
    });
    return validateDocument(schema, parse('{ a }'), [...specifiedRules, rule]);
  };

  it.each([
    ['an error of GraphQL', new GraphQLError('No value.'), 'No value.'],
    ['any other error', new TypeError('x is not a function'), 'The document cannot be checked.'],
    ['no error at all', 'x', 'The document cannot be checked.'],
  ])('has found a problem of the document: %s', (_, thrown, message) => {
    const errors = validated(thrown);
    expect(errors.map((error) => [error.message, error.extensions['code']])).toEqual([
      [message, 'GRAPHQL_VALIDATION_FAILED'],
    ]);
  });

  it('is not the schema, whose faults are ours', () => {
    expect(() => validateDocument(buildSchema('type Query'), parse('{ a }'))).toThrow('must define one or more fields');
  });
});
