import type { GraphQLSchema } from 'graphql';
import { instrument } from '../cost/actual-cost.ts';
import { createCostMeters } from '../cost/cost-meter.ts';
import type { Logger } from '../kernel/logger.ts';
import type { ApiKeyType } from '../keys/api-key.ts';
import { effectiveRules } from '../keys/effective-rules.ts';
import { compileSchema } from '../plan/compile-schema/compile-schema.ts';
import { createPrivilegeCache } from '../privileges/privilege-cache.ts';
import { createViewCache } from '../privileges/view/view-cache.ts';
import { operationPreparer, type PrepareOptions } from './prepare-operation.ts';
import type { Surface } from './surface.ts';

export interface SurfaceOptions extends PrepareOptions {
  readonly type: ApiKeyType;
  readonly urgentMutations: readonly string[];
  /** A list longer than its bound is cut and logged; tests want to see it. */
  readonly onListTooLong: 'CUT' | 'THROW';
  readonly logger: Logger;
}

/** Different sets of rules that stay compiled; and, since each is a whole schema, filtered views. */
const privilegeSets = 1_000;
const filteredSchemas = 50;

/** Compiles a schema and installs what counts and limits its fields. Throws when a declaration is missing or wrong. */
export function buildSurface(schema: GraphQLSchema, options: SurfaceOptions): Surface {
  const { logger, onListTooLong } = options;
  const compiled = compileSchema(schema);
  const meters = createCostMeters();
  instrument(schema, compiled, meters, {
    onListTooLong,
    report: (violation) => logger.error({ violation }, 'a list was longer than its bound; declare its size'),
  });
  const privileges = createPrivilegeCache(compiled, privilegeSets);
  const views = createViewCache(compiled, filteredSchemas);
  return {
    type: options.type,
    schema,
    compiled,
    meters,
    urgentMutations: new Set(options.urgentMutations),
    prepare: operationPreparer(compiled, options),
    argumentReader: options.argumentReader,
    privilegesOf: (key) => privileges.get(effectiveRules(key), { loneStarMatchesExplicit: key.type === 'MANAGEMENT' }),
    viewOf: (granted) => views.get(granted),
  };
}
