import {
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
} from 'graphql';
import { passed, refused, type Verdict } from '../../admission/verdict.ts';
import { codedError } from '../../kernel/errors.ts';
import { coerceVariables, type RawVariables } from '../document/coerce-variables.ts';
import type { Caller } from '../request-record.ts';
import type { Surface } from '../surface.ts';

/** What a caller sent, before anything was made of it. */
export interface SentOperation {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: RawVariables;
}

export function sentBy({ document, operationName, variableValues }: ExecutionArgs): SentOperation {
  return { document, operationName: operationName ?? undefined, variables: variableValues ?? {} };
}

/**
 * Under `HIDE` a document and its variables must first fit the caller's view, as if that were the whole schema: what is
 * wrong is said from the view alone. Everybody else passes. Only the log tells the owner of the API what is forbidden
 * from what does not exist.
 */
export function judgeOnView(sent: SentOperation, caller: Caller, surface: Surface): Verdict {
  if (caller.key.onDenied !== 'HIDE') return passed;
  const view = surface.viewOf(caller.privileges);
  const problems = problemsOnView(sent, view, surface);
  if (problems.length > 0) return refused('FORBIDDEN', problems);
  const operation = getOperationAST(sent.document, sent.operationName);
  if (!operation) return passed;
  const onView = coerceVariables(view, operation, sent.variables);
  const onFull = coerceVariables(surface.schema, operation, sent.variables);
  if (onView.kind === 'INVALID') return refused(onFull.kind === 'INVALID' ? 'INVALID' : 'FORBIDDEN', onView.errors);
  if (onFull.kind === 'COERCED') return passed;
  return refused('INVALID', coercionErrors(operation, sent.variables, caller, surface));
}

/**
 * What is wrong with a document that the full schema refused, as the caller's view has it: errors of the full schema
 * name what is required, and of which type, beside what was written. It has been refused, so there is always an answer.
 */
export function errorsOnView(
  sent: Omit<SentOperation, 'variables'>,
  caller: Caller,
  surface: Surface,
): readonly GraphQLError[] {
  const problems = problemsOnView(sent, surface.viewOf(caller.privileges), surface);
  if (problems.length > 0) return problems;
  return [codedError('GRAPHQL_VALIDATION_FAILED', 'The document does not fit the schema.')];
}

/**
 * Why variables cannot be used, in words of the caller's view; of what the view does not show an error names nothing.
 */
export function coercionErrors(
  operation: OperationDefinitionNode,
  variables: RawVariables,
  { privileges }: Caller,
  surface: Surface,
): readonly GraphQLError[] {
  const onView = coerceVariables(surface.viewOf(privileges), operation, variables);
  if (onView.kind === 'INVALID') return onView.errors;
  return [codedError('BAD_USER_INPUT', 'The variables cannot be used with this operation.', {}, { nodes: operation })];
}

/** Against a view as if it were the whole schema. */
export function problemsOnView(
  { document, operationName }: Omit<SentOperation, 'variables'>,
  view: GraphQLSchema,
  surface: Surface,
): readonly GraphQLError[] {
  const errors = surface.validateOnView(view, document);
  if (errors.length > 0) return errors;
  const operation = getOperationAST(document, operationName);
  return operation ? withoutRootType(operation, view) : [];
}

/** Validation has nothing to say of a root type that does not exist (GraphQL spec §6.2). */
export function withoutRootType(operation: OperationDefinitionNode, view: GraphQLSchema): readonly GraphQLError[] {
  if (view.getRootType(operation.operation)) return [];
  const message = `Schema is not configured to execute ${operation.operation} operation.`;
  return [codedError('OPERATION_RESOLUTION_FAILURE', message, {}, { nodes: operation })];
}
