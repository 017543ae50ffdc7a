import type { GraphQLSchema } from 'graphql';
import { boundedCache } from '../../kernel/bounded-cache.ts';
import type { CompiledSchema } from '../../plan/compiled-schema.ts';
import type { CompiledPrivileges } from '../compile-privileges.ts';
import { filterSchema } from './filter-schema.ts';

/** Views of one schema. Keys with the same rules share one; a view is large, so few are kept. */
export interface ViewCache {
  get(privileges: CompiledPrivileges): GraphQLSchema;
}

export function createViewCache(schema: CompiledSchema, max: number): ViewCache {
  const views = boundedCache<string, GraphQLSchema>(max);
  return {
    get(privileges) {
      const known = views.get(privileges.hash);
      if (known !== undefined) return known;
      const view = filterSchema(schema, privileges);
      views.set(privileges.hash, view);
      return view;
    },
  };
}
