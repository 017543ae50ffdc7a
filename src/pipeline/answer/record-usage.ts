import type { GraphQLError, OperationDefinitionNode } from 'graphql';
import { clientHeaders } from '../../http/client-headers.ts';
import { beginningOf } from '../../kernel/beginning-of.ts';
import { type CacheBound, weighedCache } from '../../kernel/bounded-cache.ts';
import { codeOf, ForeignError } from '../../kernel/errors.ts';
import { textBytes } from '../../kernel/heap-bytes.ts';
import { numbering } from '../../kernel/numbering.ts';
import { ownValue } from '../../kernel/own-value.ts';
import type { CompiledSchema } from '../../plan/compiled-schema.ts';
import type { DocumentPlan } from '../../plan/document-plan.ts';
import { verbs } from '../../plan/verb.ts';
import { type CompiledPrivileges, compilePrivileges } from '../../privileges/compile-privileges.ts';
import { checkDemands } from '../../privileges/demands.ts';
import { privilegeSet } from '../../privileges/grammar/parse-privilege-set.ts';
import { normalizeDocument } from '../../usage/normalize-document.ts';
import { cleanLabel, longestClient } from '../../usage/record/usage-labels.ts';
import type { FieldUse, UsageEvent, UsageOperation } from '../../usage/usage-event.ts';
import type { VariableValues } from '../admit/candidate.ts';
import type { PreparedOperation } from '../document/prepare-operation.ts';
import type { RequestRecord, StreamEvent } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';

/**
 * Step 14, after the answer was made; and for each event of a stream, which is no request but costs something. Answers
 * with what was counted.
 */
export type RecordUsage = (record: RequestRecord, headers: Headers, event?: StreamEvent) => UsageEvent | undefined;

export const fieldUsesBound: CacheBound = {
  holds: 'privileges that operations used, for each set of rules and each way to give their variables; of each API',
  maxBytes: 8_000_000,
};

/** Of the name of an operation. */
const longestName = 100;

/** Turns finished requests of one surface into usage. A fault here is logged and costs nobody an answer. */
export function usageRecording(
  schema: CompiledSchema,
  { usage, clock, logger, redact }: PipelineServices,
): RecordUsage {
  const operations = new WeakMap<OperationDefinitionNode, UsageOperation>();
  const usesOf = fieldUses(schema);

  /** One object for all requests of a document: usage knows them by it. */
  function operationOf({ operation, document }: RequestRecord): UsageOperation | undefined {
    if (operation === undefined) return undefined;
    const { type, name, definition } = operation;
    if (definition === undefined || document === undefined) return { type, name, document: undefined };
    const known = operations.get(definition);
    if (known !== undefined) return known;
    // The name is a part of the client's text, which shall not stay for it.
    const ownName = name && beginningOf(name, longestName);
    const made = { type, name: ownName, document: normalizeDocument(document, definition, redact) };
    operations.set(definition, made);
    return made;
  }

  function eventOf(record: RequestRecord, headers: Headers): UsageEvent {
    const { arrival, caller, namedKey, admitted, errors } = record;
    const held = caller?.measured ?? caller?.privileges;
    const key = caller?.key ?? namedKey;
    return {
      at: admitted?.at ?? clock.now(),
      requests: 1,
      requestId: arrival.requestId,
      surface: record.surface,
      apiKey: key && { id: key.id, secretId: caller?.secret.id, applicationId: key.application.id },
      operation: operationOf(record),
      outcome: record.outcome,
      errorCode: errors[0] && codeOf(errors[0]),
      errors: errors.length,
      requestedCost: record.requestedQueryCost ?? 0,
      actualCost: record.actualQueryCost ?? 0,
      latencyMs: clock.monotonic() - arrival.startedAt,
      clientAddress: arrival.clientAddress,
      clientName: firstOf(headers, nameHeaders, longestClient.name, redact),
      clientVersion: firstOf(headers, versionHeaders, longestClient.version, redact),
      uses: admitted && held ? usesOf(admitted.operation, admitted.variables, held) : [],
      denials: [...errors.flatMap(denialOf), ...record.wouldBeDenied.flatMap(fieldUseOf)],
    };
  }

  return (record, headers, event) => {
    try {
      const request = eventOf(record, headers);
      usage.record(event ? { ...request, ...event, requests: 0, uses: [], denials: [] } : request);
      return request;
    } catch (err) {
      logger.error({ requestId: record.arrival.requestId, err }, 'a request was not counted');
      return undefined;
    }
  };
}

/** With the text of its coordinate. */
const useBytes = 250;

/**
 * Which privileges an admitted operation used: what somebody without any would have been refused, as far as this key
 * has it. What the variables say matters only by who is given and by `@skip` and `@include`, unless one holds an input
 * that is judged field by field.
 */
function fieldUses(schema: CompiledSchema) {
  const nothing = compilePrivileges(schema, privilegeSet([]), { loneStarMatchesExplicit: false });
  const numberOf = numbering<DocumentPlan>();
  const sets = weighedCache<string, readonly FieldUse[]>(
    fieldUsesBound,
    (uses, name) => textBytes(name) + useBytes * uses.length,
  );
  return (
    { plan, demands }: PreparedOperation,
    variables: VariableValues,
    privileges: CompiledPrivileges,
  ): readonly FieldUse[] => {
    const compute = () =>
      checkDemands(demands, nothing, variables).flatMap(({ coordinate, verb }) => {
        const [type = '', field = ''] = coordinate.split('.', 2);
        return privileges.allows(verb, type, field) ? [{ coordinate, verb }] : [];
      });
    if (demands.demands.some(({ kind }) => kind === 'VARIABLE')) return compute();
    const name = `${numberOf(plan)} ${privileges.hash} ${given(plan, variables)}`;
    let uses = sets.get(name);
    if (uses === undefined) {
      uses = compute();
      sets.set(name, uses);
    }
    return uses;
  };
}

/** Which variables are given, and what the booleans among them are. */
function given({ variables }: DocumentPlan, { raw, coerced }: VariableValues): string {
  let text = '';
  for (const name of variables.keys()) {
    const value = ownValue(coerced, name);
    text += `${Object.hasOwn(raw, name) ? '+' : '-'}${typeof value === 'boolean' ? Number(value) : ''}`;
  }
  return text;
}

/** Errors that say that a privilege is missing name it. */
function denialOf(error: GraphQLError): readonly FieldUse[] {
  if (error instanceof ForeignError) return [];
  const { coordinate, privilege } = error.extensions;
  const verb = verbs.find((name) => name.toUpperCase() === privilege);
  return typeof coordinate === 'string' && verb !== undefined ? [{ coordinate, verb }] : [];
}

/** `read:City.population` */
function fieldUseOf(rule: string): readonly FieldUse[] {
  const verb = verbs.find((name) => rule.startsWith(`${name}:`));
  return verb === undefined ? [] : [{ coordinate: rule.slice(verb.length + 1), verb }];
}

const nameHeaders = clientHeaders('name');
const versionHeaders = clientHeaders('version');

function firstOf(
  headers: Headers,
  names: readonly string[],
  longest: number,
  redact: PipelineServices['redact'],
): string | undefined {
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) return cleanLabel(value, longest, redact);
  }
  return undefined;
}
