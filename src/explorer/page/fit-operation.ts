import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  TypeInfo,
  typeFromAST,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** An operation to start with. Lines that begin with `#` before it say what it is for. */
export interface StartingOperation {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/**
 * Takes from an operation all that a key's view of the schema does not hold: fields, arguments, input fields, variables.
 * `undefined` when nothing that could be run is left.
 */
export function fitOperation(operation: StartingOperation, schema: GraphQLSchema): StartingOperation | undefined {
  const document = withoutUnusedVariables(withoutUnknownNames(parse(operation.query), schema));
  if (document.definitions.length === 0 || validate(schema, document).length > 0) return undefined;
  const comment = /^(#.*\n)*/.exec(operation.query)?.[0] ?? '';
  const variables = fitVariables(operation.variables ?? {}, document, schema);
  return {
    query: comment + print(document),
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
  };
}

function withoutUnknownNames(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const types = new TypeInfo(schema);
  return visit(
    document,
    visitWithTypeInfo(types, {
      Field: {
        enter: () => (types.getFieldDef() ? undefined : null),
        leave: ({ selectionSet }) => (isEmpty(selectionSet) ? null : undefined),
      },
      Argument: () => (types.getArgument() ? undefined : null),
      ObjectField: () => (types.getInputType() ? undefined : null),
      OperationDefinition: { leave: ({ selectionSet }) => (isEmpty(selectionSet) ? null : undefined) },
    }),
  );
}

function isEmpty(selectionSet: SelectionSetNode | undefined): boolean {
  return selectionSet?.selections.length === 0;
}

function withoutUnusedVariables(document: DocumentNode): DocumentNode {
  const used = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
  });
  return visit(document, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? false : null),
  });
}

function fitVariables(
  variables: Readonly<Record<string, unknown>>,
  document: DocumentNode,
  schema: GraphQLSchema,
): Record<string, unknown> {
  const fitted: Record<string, unknown> = {};
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const { variable, type } of definition.variableDefinitions ?? []) {
      const name = variable.name.value;
      const inputType = typeFromAST(schema, type) as GraphQLInputType | undefined;
      if (Object.hasOwn(variables, name) && inputType) fitted[name] = fitValue(variables[name], inputType);
    }
  }
  return fitted;
}

function fitValue(value: unknown, type: GraphQLInputType): unknown {
  const named = getNamedType(type);
  if (Array.isArray(value)) return value.map((item) => fitValue(item, named));
  if (!isInputObjectType(named) || typeof value !== 'object' || value === null) return value;
  const fields = named.getFields();
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      const field = fields[name];
      return field ? [[name, fitValue(inner, field.type)]] : [];
    }),
  );
}
