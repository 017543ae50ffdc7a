import type { GraphQLSchema } from 'graphql';
import { instrument } from '../cost/actual-cost.ts';
import { createCostMeters } from '../cost/cost-meter.ts';
import type { Counter } from '../kernel/counter.ts';
import type { Logger } from '../kernel/logger.ts';
import type { ApiKeyType } from '../keys/api-key.ts';
import { effectiveRules } from '../keys/effective-rules.ts';
import { compileSchema } from '../plan/compile-schema/compile-schema.ts';
import type { CompiledField } from '../plan/compiled-schema.ts';
import type { Access } from '../privileges/access.ts';
import { guardRuntimeTypes } from '../privileges/guard-runtime-types.ts';
import { createMeasuredCache } from '../privileges/measured-privileges.ts';
import { createPrivilegeCache } from '../privileges/privilege-cache.ts';
import { createViewCache } from '../privileges/view/view-cache.ts';
import { createRestrictionCache } from '../restrictions/compile-restrictions.ts';
import type { FieldLimits } from '../throttle/field-limits/create-field-limits.ts';
import { installFieldLimits } from '../throttle/field-limits/install-field-limits.ts';
import type { UrgentWhen } from './admit/urgent.ts';
import { remainingOperations } from './denials/remaining-operations.ts';
import { operationPreparer, type PrepareOptions } from './document/prepare-operation.ts';
import { viewValidation } from './document/validate-document.ts';
import type { Surface } from './surface.ts';

export interface SurfaceOptions extends PrepareOptions {
  readonly type: ApiKeyType;
  readonly urgentMutations: Readonly<Record<string, UrgentWhen>>;
  /** A list longer than its bound is cut and logged; tests want to see it. */
  readonly onListTooLong: 'CUT' | 'THROW';
  readonly logger: Logger;
  /** Lists that were longer than their bound. */
  readonly listTruncations?: Counter;
  readonly fieldLimits: FieldLimits;
}

/** Different sets of rules that stay compiled; and, since each is a whole schema, filtered views. */
const privilegeSets = 1_000;
const filteredSchemas = 50;
/** Operations of which a part is denied that stay compiled. */
const remainders = 500;

/** Compiles a schema and installs what counts and limits its fields. Throws when a declaration is missing or wrong. */
export function buildSurface(schema: GraphQLSchema, options: SurfaceOptions): Surface {
  const { logger, onListTooLong } = options;
  const compiled = compileSchema(schema);
  // Before what counts, so that a call that is refused is paid: it was asked for.
  installFieldLimits(schema, compiled, { limits: options.fieldLimits, identify: callerOf, mayCall });
  const meters = createCostMeters();
  instrument(schema, compiled, meters, {
    onListTooLong,
    report: (violation) => {
      options.listTruncations?.increment();
      logger.error({ violation }, 'a list was longer than its bound; declare its size');
    },
  });
  guardRuntimeTypes(schema);
  const privileges = createPrivilegeCache(compiled, privilegeSets);
  const views = createViewCache(compiled, filteredSchemas);
  const compiledRestrictions = createRestrictionCache();
  const prepare = operationPreparer(compiled, options);
  return {
    type: options.type,
    schema,
    compiled,
    meters,
    urgentMutations: new Map(Object.entries(options.urgentMutations)),
    prepare,
    withoutDenied: remainingOperations(prepare, remainders),
    validateOnView: viewValidation(),
    measuredOf: createMeasuredCache(compiled, privilegeSets),
    argumentReader: options.argumentReader,
    privilegesOf: (key) => privileges.get(effectiveRules(key), { loneStarMatchesExplicit: key.type === 'MANAGEMENT' }),
    restrictionsOf: ({ restrictions }) => restrictions && compiledRestrictions(restrictions),
    viewOf: (granted) => views.get(granted),
  };
}

/** What every context value holds (`caller-context.ts`). */
interface CallerOfField {
  readonly apiKey: { readonly id: string };
  readonly access: Access;
}

function callerOf(context: unknown): string {
  return (context as CallerOfField).apiKey.id;
}

function mayCall(context: unknown, { needs }: CompiledField): boolean {
  const { access } = context as CallerOfField;
  return needs.every((bit) => access.has(bit));
}
