import type { GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildManagementSchema } from '../../../src/apis/management/schema.ts';
import { buildPlacesSchema } from '../../../src/apis/places/places-schema.ts';
import { compileSchema } from '../../../src/plan/compile-schema/compile-schema.ts';
import type { CompiledPrivileges } from '../../../src/privileges/compile-privileges.ts';
import { privilegesBytes } from '../../../src/privileges/compile-privileges.ts';
import { filterSchema } from '../../../src/privileges/view/filter-schema.ts';
import { viewBytes } from '../../../src/privileges/view/view-cache.ts';
import { heapGrowth } from '../../support/heap.ts';
import { held } from '../held.ts';

const schemas: readonly (readonly [string, GraphQLSchema])[] = [
  ['places', buildPlacesSchema()],
  ['management', buildManagementSchema()],
];
const rules: readonly (readonly string[])[] = [['*'], ['read:*'], ['read:Query', 'read:*.name'], []];

describe.each(schemas)('what is kept of keys on %s weighs no less than it holds of the heap', (_, schema) => {
  const compiled = compileSchema(schema);
  it.each(rules)('views: %j', (...texts) => {
    const privileges = held(texts.filter(Boolean), compiled);
    const view = filterSchema(compiled, privileges);
    view.getTypeMap();
    const times = 8;
    const grown = heapGrowth(() => Array.from({ length: times }, () => filterSchema(compiled, privileges)));
    expect(times * viewBytes(view)).toBeGreaterThan(grown);
  });

  it.each(rules)('privileges: %j', (...texts) => {
    const make = (): CompiledPrivileges => held(texts.filter(Boolean), compiled);
    const made = make();
    // Each is small beside what the heap holds by chance.
    const times = 20;
    const grown = heapGrowth(() => Array.from({ length: times }, make));
    expect(times * privilegesBytes(compiled, made)).toBeGreaterThan(grown);
  });
});
