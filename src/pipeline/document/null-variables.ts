import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  ValidationContext,
} from 'graphql';
import { codedError } from '../../kernel/errors.ts';
import type { CoercedVariables } from '../../plan/document-plan.ts';

/**
 * Names of variables that may be null by their own type and stand where null may not. Validation lets them pass for the
 * sake of a default (GraphQL spec §5.8.5), which an explicit null does without: graphql-js then fails while it runs.
 */
export function neverNullVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly string[] {
  const nullable = new Set<string>();
  for (const { variable, type } of operation.variableDefinitions ?? []) {
    if (type.kind !== Kind.NON_NULL_TYPE) nullable.add(variable.name.value);
  }
  if (nullable.size === 0) return [];
  const context = new ValidationContext(schema, document, new TypeInfo(schema), () => {});
  const strict = new Set<string>();
  for (const { node, type } of context.getRecursiveVariableUsages(operation)) {
    if (isNonNullType(type) && nullable.has(node.name.value)) strict.add(node.name.value);
  }
  return [...strict];
}

/** What is wrong with variables that are null all the same. */
export function nullProblems(names: readonly string[], variables: CoercedVariables): readonly GraphQLError[] {
  return names
    .filter((name) => variables[name] === null)
    .map((name) =>
      codedError('BAD_USER_INPUT', `Variable "$${name}" is null where a value is needed. Give one, or leave it out.`),
    );
}
