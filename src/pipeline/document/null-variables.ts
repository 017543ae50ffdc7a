import {
  type ASTNode,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  ValidationContext,
  visit,
} from 'graphql';
import { codedError } from '../../kernel/errors.ts';
import type { CoercedVariables } from '../../plan/document-plan.ts';

/**
 * Names of variables that may be null by their own type and decide `@skip` or `@include`, which null cannot. Validation
 * lets them pass for the sake of a default (GraphQL spec §5.8.5), which an explicit null does without. Of an *argument*
 * that is null so, the field alone fails (§6.4.1), but a condition belongs to no field: without it nobody knows what to
 * execute.
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
  const conditions = new Set<string>();
  for (const definition of [operation, ...context.getRecursivelyReferencedFragments(operation)]) {
    for (const name of inConditions(definition)) if (nullable.has(name)) conditions.add(name);
  }
  return [...conditions];
}

function inConditions(definition: ASTNode): readonly string[] {
  const names: string[] = [];
  visit(definition, {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.push(value.name.value);
    },
  });
  return names;
}

/** What is wrong with variables that are null all the same. */
export function nullProblems(
  names: readonly string[],
  variables: CoercedVariables,
  { variableDefinitions = [] }: Pick<OperationDefinitionNode, 'variableDefinitions'>,
): readonly GraphQLError[] {
  return names
    .filter((name) => Object.hasOwn(variables, name) && variables[name] === null)
    .map((name) => {
      const message = `Variable "$${name}" is null where a value is needed. Give one, or leave it out.`;
      const nodes = variableDefinitions.filter(({ variable }) => variable.name.value === name);
      return codedError('BAD_USER_INPUT', message, {}, { nodes });
    });
}
