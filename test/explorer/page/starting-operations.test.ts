import { type GraphQLSchema, parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildManagementSchema } from '../../../src/apis/management/schema.ts';
import { buildPlacesSchema } from '../../../src/apis/places/places-schema.ts';
import { fitOperation } from '../../../src/explorer/page/fit-operation.ts';
import { startingOperations } from '../../../src/explorer/page/starting-operations.ts';

const surfaces: [Parameters<typeof startingOperations>[0], () => GraphQLSchema][] = [
  ['API', buildPlacesSchema],
  ['MANAGEMENT', buildManagementSchema],
];

describe.each(surfaces)('the operations that %s starts with', (surface, buildSurface) => {
  it('name nothing that the whole schema does not have', () => {
    const schema = buildSurface();
    for (const operation of startingOperations(surface)) {
      const fitted = fitOperation(operation, schema);
      expect(print(parse(fitted?.query ?? '{ nothing }'))).toBe(print(parse(operation.query)));
      expect(fitted?.variables ?? {}).toEqual(operation.variables ?? {});
    }
  });
});
