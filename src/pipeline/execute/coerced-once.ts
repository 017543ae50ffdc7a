import {
  type DocumentNode,
  type GraphQLResolveInfo,
  GraphQLScalarType,
  type GraphQLSchema,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';

/**
 * graphql-js coerces variables anew whenever it executes, into objects of its own. What was judged and priced must be what
 * runs, also where a scalar answers differently when it is asked twice; so variables are executed under a type that takes
 * every value as it is. No document can name it: its name is not a Name (GraphQL specification §2.1.9).
 */
const asItIs = new GraphQLScalarType<unknown>({ name: 'Coerced', parseValue: (value) => value });
const nameOfAsItIs = 'already coerced';
const typeOfAsItIs: NamedTypeNode = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: nameOfAsItIs } };

/** Of what is executed: what it was made from. */
const sent = Symbol('as it was sent');

interface Executed<Sent> {
  readonly [sent]?: Sent;
}

/**
 * One operation of a document and its fragments, to be executed with variables that are coerced. Of a document that holds
 * but a part of an operation, `whole` is the operation.
 */
export function takingCoercedVariables(
  document: DocumentNode,
  operation: OperationDefinitionNode | undefined,
  whole = operation,
): DocumentNode {
  return {
    kind: Kind.DOCUMENT,
    definitions: document.definitions
      .filter((definition) => definition.kind !== Kind.OPERATION_DEFINITION || (operation ?? definition) === definition)
      .map((definition) =>
        definition.kind === Kind.OPERATION_DEFINITION ? withoutTypes(definition, whole ?? definition) : definition,
      ),
  };
}

function withoutTypes(
  operation: OperationDefinitionNode,
  whole: OperationDefinitionNode,
): OperationDefinitionNode & Executed<OperationDefinitionNode> {
  // Of defaults none is used: each variable has its value.
  const variableDefinitions = (operation.variableDefinitions ?? []).map(
    (definition): VariableDefinitionNode => ({ ...definition, type: typeOfAsItIs }),
  );
  return { ...operation, variableDefinitions, [sent]: whole };
}

const derived = new WeakMap<GraphQLSchema, GraphQLSchema>();

/** The same schema, with the same types, for the execution of such documents. */
export function knowingCoercedVariables(schema: GraphQLSchema): GraphQLSchema {
  const known = derived.get(schema);
  if (known !== undefined) return known;
  const made: GraphQLSchema = Object.create(schema, {
    [sent]: { value: schema },
    getType: { value: (name: string) => (name === nameOfAsItIs ? asItIs : schema.getType(name)) },
  });
  derived.set(schema, made);
  return made;
}

/**
 * Resolvers see the operation as it was sent and the schema that it was sent to. The executor makes the object for one
 * field, so that this is two assignments and no copy.
 */
export function asSent(info: GraphQLResolveInfo): void {
  const operation: OperationDefinitionNode & Executed<OperationDefinitionNode> = info.operation;
  const schema: GraphQLSchema & Executed<GraphQLSchema> = info.schema;
  const shown = info as { -readonly [Name in keyof GraphQLResolveInfo]: GraphQLResolveInfo[Name] };
  if (operation[sent]) shown.operation = operation[sent];
  if (schema[sent]) shown.schema = schema[sent];
}
