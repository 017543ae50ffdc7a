import {
  type GraphQLDirective,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { type CacheBound, weighedCache } from '../../kernel/bounded-cache.ts';
import type { CompiledSchema } from '../../plan/compiled-schema.ts';
import type { CompiledPrivileges } from '../compile-privileges.ts';
import { filterSchema } from './filter-schema.ts';

/** Views of one schema. Keys with the same rules share one; a view is large, so few are kept. */
export interface ViewCache {
  get(privileges: CompiledPrivileges): GraphQLSchema;
}

export const viewCacheBound: CacheBound = {
  holds: 'filtered schemas, one for keys that may see the same; of each API',
  maxBytes: 100_000_000,
};

/** As `test/privileges/view/view-cache.test.ts` measures them, rounded up. */
const bytesOf = { schema: 30_000, type: 2_000, member: 900 } as const;

/** A view is a schema of its own: it weighs what it shows. */
export function viewBytes(view: GraphQLSchema): number {
  let bytes: number = bytesOf.schema;
  for (const type of Object.values(view.getTypeMap())) {
    bytes += bytesOf.type;
    if (isEnumType(type)) bytes += bytesOf.member * type.getValues().length;
    else if (isInputObjectType(type)) bytes += bytesOf.member * Object.keys(type.getFields()).length;
    else if (isObjectType(type) || isInterfaceType(type)) {
      for (const { args } of Object.values(type.getFields())) bytes += bytesOf.member * (1 + args.length);
    }
  }
  return bytes;
}

/** @param directives what the server itself defines, so that introspection of a view lists it */
export function createViewCache(schema: CompiledSchema, directives: readonly GraphQLDirective[] = []): ViewCache {
  const views = weighedCache<string, GraphQLSchema>(viewCacheBound, viewBytes);
  return {
    get(privileges) {
      const known = views.get(privileges.hash);
      if (known !== undefined) return known;
      const view = filterSchema(schema, privileges, directives);
      views.set(privileges.hash, view);
      return view;
    },
  };
}
