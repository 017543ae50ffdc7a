import { type ExecutionArgs, type ExecutionResult, execute, type GraphQLSchema } from 'graphql';
import type { CoercedVariables } from '../../plan/document-plan.ts';
import type { PreparedOperation } from '../document/prepare-operation.ts';
import type { Caller } from '../request-record.ts';
import type { Surface } from '../surface.ts';
import { knowingCoercedVariables } from './coerced-once.ts';

/** What one execution is given beside the operation. */
export interface Execution {
  /** The very values that were judged and priced. */
  readonly variables: CoercedVariables;
  readonly contextValue: object;
  /** Of a subscription: the event. */
  readonly rootValue?: unknown;
}

/**
 * Data fields run on the full schema: there are the defaults and the resolvers. What an operation asks of the schema
 * itself is answered from the caller's view. An operation that asks for both runs in two halves, whose answers stand in
 * the order of the document.
 *
 * It is graphql-js' own executor: others collect variables and aliases in objects that have a prototype, and take every
 * value with a member `then` for a promise.
 */
export async function executeHalves(
  { plan, executed, separated }: PreparedOperation,
  execution: Execution,
  surface: Surface,
  { measured, privileges }: Caller,
): Promise<ExecutionResult> {
  if (!separated) return execute(executionArgs(executed, surface.schema, execution));
  const { data, introspection } = separated;
  const view = () => surface.viewOf(measured ?? privileges);
  const ofSchema = introspection && (await execute(executionArgs(introspection, view(), execution)));
  const ofData = data && (await execute(executionArgs(data, surface.schema, execution)));
  if (!ofSchema || !ofData) return ofSchema ?? ofData ?? { data: {} };
  const errors = [...(ofSchema.errors ?? []), ...(ofData.errors ?? [])];
  return { data: inDocumentOrder(plan, ofSchema.data, ofData.data), ...(errors.length > 0 ? { errors } : {}) };
}

/** The document holds one operation, whatever it is called. */
export function executionArgs(
  document: PreparedOperation['executed'],
  schema: GraphQLSchema,
  { variables, contextValue, rootValue }: Execution,
): ExecutionArgs {
  return { document, schema: knowingCoercedVariables(schema), variableValues: variables, contextValue, rootValue };
}

type Data = ExecutionResult['data'];

/** `null` when either half is null: a non-null root field failed, and took the whole with it (GraphQL spec §6.4.4). */
function inDocumentOrder(
  plan: PreparedOperation['plan'],
  ofSchema: Data,
  ofData: Data,
): Record<string, unknown> | null {
  if (!ofSchema || !ofData) return null;
  const merged: Record<string, unknown> = Object.create(null);
  for (const { responseKey } of plan.root.byType[0]?.fields ?? []) {
    if (Object.hasOwn(ofSchema, responseKey)) merged[responseKey] = ofSchema[responseKey];
    else if (Object.hasOwn(ofData, responseKey)) merged[responseKey] = ofData[responseKey];
  }
  return merged;
}
