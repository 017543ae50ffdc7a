import {
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { CompiledObject, CompiledSchema } from '../compiled-schema.ts';

export type ChosenOperation =
  | {
      readonly kind: 'CHOSEN';
      readonly operation: OperationDefinitionNode;
      readonly rootType: CompiledObject;
      readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
    }
  | NoOperation;

/** `node`: where the document shows it, if it does. */
export interface NoOperation {
  readonly kind: 'NO_OPERATION';
  readonly message: string;
  readonly node?: ASTNode;
}

/** GetOperation (GraphQL spec §6.1), and the type that it starts from. */
export function chooseOperation(
  schema: CompiledSchema,
  document: DocumentNode,
  operationName: string | undefined,
): ChosenOperation {
  const operations: OperationDefinitionNode[] = [];
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  if (operationName === undefined && operations.length > 1) {
    return noOperation('Must provide operation name if query contains multiple operations.');
  }
  const operation =
    operationName === undefined ? operations[0] : operations.find(({ name }) => name?.value === operationName);
  if (operation === undefined) {
    return operationName === undefined
      ? noOperation('Must provide an operation.', document.definitions[0])
      : noOperation(`Unknown operation named "${operationName.slice(0, 100)}".`);
  }
  const rootType = rootTypeOf(schema, operation.operation);
  if (rootType === undefined) {
    return noOperation(`Schema is not configured to execute ${operation.operation} operation.`, operation);
  }
  return { kind: 'CHOSEN', operation, rootType, fragments };
}

function rootTypeOf(schema: CompiledSchema, type: OperationTypeNode): CompiledObject | undefined {
  switch (type) {
    case OperationTypeNode.QUERY:
      return schema.queryType;
    case OperationTypeNode.MUTATION:
      return schema.mutationType;
    case OperationTypeNode.SUBSCRIPTION:
      return schema.subscriptionType;
  }
}

function noOperation(message: string, node?: ASTNode): NoOperation {
  return { kind: 'NO_OPERATION', message, ...(node && { node }) };
}
