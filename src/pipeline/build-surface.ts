import type { GraphQLSchema } from 'graphql';
import { instrument } from '../cost/actual-cost.ts';
import { createCostMeters } from '../cost/cost-meter.ts';
import { introspectionCounts } from '../cost/introspection-counts.ts';
import { costDirectives } from '../cost/print-directives.ts';
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
import type { UrgentMutation } from './admit/urgent.ts';
import { remainingOperations } from './denials/remaining-operations.ts';
import { knownDocuments } from './document/known-documents.ts';
import { operationPreparer, type PrepareOptions } from './document/prepare-operation.ts';
import { readAtOnce } from './document/read-at-once.ts';
import { viewValidation } from './document/validate-document.ts';
import { createAnswerMeters } from './execute/fields/answer-meter.ts';
import { watchFields } from './execute/fields/watch-fields.ts';
import type { Surface } from './surface.ts';

export interface SurfaceOptions extends PrepareOptions {
  readonly type: ApiKeyType;
  readonly urgentMutations: Readonly<Record<string, UrgentMutation>>;
  readonly logger: Logger;
  /** Lists that were longer than their bound. */
  readonly listTruncations?: Counter;
  readonly fieldLimits: FieldLimits;
  /** `MAX_RESPONSE_BYTES`. */
  readonly maxResponseBytes?: number;
  /** Leaves of a mutation's payload that can be read in that answer alone: they are given whatever its size. */
  readonly onceShown?: readonly string[];
}

const defaultResponseBytes = 10_000_000;

/** Compiles a schema and installs what counts and limits its fields. Throws when a declaration is missing or wrong. */
export function buildSurface(schema: GraphQLSchema, options: SurfaceOptions): Surface {
  const { logger } = options;
  const compiled = compileSchema(schema);
  // Before what counts, so that a call that is refused is paid: it was asked for.
  installFieldLimits(schema, compiled, { limits: options.fieldLimits, identify: callerOf, mayCall });
  const meters = createCostMeters();
  instrument(schema, compiled, meters, {
    report: (violation) => {
      options.listTruncations?.increment();
      logger.error({ violation }, 'a list was longer than its bound: return fewer, or declare its size');
    },
  });
  guardRuntimeTypes(schema);
  readAtOnce(schema);
  // Outermost: whatever comes out of all this is counted, and told as what it is.
  const answers = createAnswerMeters(options.maxResponseBytes ?? defaultResponseBytes);
  watchFields(schema, answers, { onceShown: options.onceShown ?? [] });
  const privileges = createPrivilegeCache(compiled);
  const views = createViewCache(compiled, costDirectives());
  const compiledRestrictions = createRestrictionCache();
  const documents = knownDocuments();
  const prepare = operationPreparer(compiled, documents, options);
  return {
    type: options.type,
    schema,
    compiled,
    meters,
    answers,
    urgentMutations: new Map(Object.entries(options.urgentMutations)),
    documents,
    prepare,
    withoutDenied: remainingOperations(compiled, documents, options.argumentReader),
    validateOnView: viewValidation(documents),
    countIntrospected: introspectionCounts(),
    measuredOf: createMeasuredCache(compiled),
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
