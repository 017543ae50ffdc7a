import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { PreparedOperation } from '../document/prepare-operation.ts';
import type { Caller } from '../request-record.ts';
import type { Surface } from '../surface.ts';

export type Execute = (args: ExecutionArgs) => ExecutionResult | PromiseLike<ExecutionResult>;

/**
 * Data fields run on the full schema: there are the defaults and the resolvers. What an operation asks of the schema
 * itself is answered from the caller's view. An operation that asks for both runs in two halves, whose answers stand in
 * the order of the document.
 */
export async function executeHalves(
  args: ExecutionArgs,
  { plan, separated }: PreparedOperation,
  execute: Execute,
  surface: Surface,
  { measured, privileges }: Caller,
): Promise<ExecutionResult> {
  if (!separated) return execute(args);
  const operationName = plan.operation.name?.value ?? null;
  const { data, introspection } = separated;
  const ofSchema =
    introspection &&
    (await execute({
      ...args,
      operationName,
      document: introspection,
      schema: surface.viewOf(measured ?? privileges),
    }));
  const ofData = data && (await execute({ ...args, operationName, document: data }));
  if (!ofSchema || !ofData) return ofSchema ?? ofData ?? { data: {} };
  const errors = [...(ofSchema.errors ?? []), ...(ofData.errors ?? [])];
  return { data: inDocumentOrder(plan, ofSchema.data, ofData.data), ...(errors.length > 0 ? { errors } : {}) };
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
