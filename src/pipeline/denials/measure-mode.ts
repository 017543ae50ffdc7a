import { type DocumentNode, getOperationAST, OperationTypeNode } from 'graphql';
import type { Refusal } from '../../admission/verdict.ts';
import { codeOf } from '../../kernel/errors.ts';
import { checkDemands } from '../../privileges/demands.ts';
import type { VariableValues } from '../admit/candidate.ts';
import type { PreparedOperation } from '../document/prepare-operation.ts';
import type { Caller, RequestRecord } from '../request-record.ts';
import type { Surface } from '../surface.ts';

/**
 * The caller as an operation meets it: with `enforcement.privileges: MEASURE` every field that is not explicit may be
 * read, at the gate, by the second guard and in the price alike. Never for a mutation, nor for a document of which it is
 * not clear which operation is meant.
 */
export function callerInForce(
  caller: Caller,
  { document, operationName }: { readonly document: DocumentNode; readonly operationName?: string | null | undefined },
  surface: Surface,
): Caller {
  if (caller.key.enforcement?.privileges !== 'MEASURE') return caller;
  const operation = getOperationAST(document, operationName);
  if (!operation || operation.operation === OperationTypeNode.MUTATION) return caller;
  return { ...caller, privileges: surface.measuredOf(caller.privileges), measured: caller.privileges };
}

const mostNoted = 20;

/** Notes what would have been refused. */
export function measureDenials(
  record: RequestRecord,
  { demands }: PreparedOperation,
  variables: VariableValues,
  { measured, privileges }: Caller,
): void {
  if (measured === undefined) return;
  const enforced = new Set(checkDemands(demands, privileges, variables).map(({ rule }) => rule));
  const denied = checkDemands(demands, measured, variables).filter(({ rule }) => !enforced.has(rule));
  const noted = new Set([...record.wouldBeDenied, ...denied.map(({ rule }) => rule)]);
  record.wouldBeDenied = [...noted].slice(0, mostNoted);
}

/** Notes a refusal of the throttle that is measured. */
export function noteThrottled(record: RequestRecord, { errors }: Refusal): void {
  const codes = errors.map(codeOf).filter((code) => code !== undefined);
  record.wouldBeThrottled = [...new Set([...record.wouldBeThrottled, ...codes])];
}
