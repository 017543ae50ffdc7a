import {
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * What is left of an operation with its coerced variables: without other operations, without selections that its
 * conditions leave out, without arguments and input fields whose variable was not given, and without fragments and
 * variables that nothing uses any more. A selection of which nothing is left asks for `__typename`.
 */
export function whatIsLeft(
  document: DocumentNode,
  operationName: string,
  coerced: Readonly<Record<string, unknown>>,
): DocumentNode {
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode =>
      definition.kind === Kind.OPERATION_DEFINITION && definition.name?.value === operationName,
  );
  if (!operation) throw new Error(`no operation ${operationName}`);
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const decided: DocumentNode = visit(
    { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
    {
      Field: { enter: decide },
      InlineFragment: { enter: decide },
      FragmentSpread: { enter: decide },
      Argument: ({ value }) => (isAbsent(value) ? null : undefined),
      ObjectField: ({ value }) => (isAbsent(value) ? null : undefined),
      SelectionSet: {
        leave: (set: SelectionSetNode) => (set.selections.length > 0 ? undefined : { ...set, selections: [typename] }),
      },
    },
  );
  return withoutUnused(decided);

  function decide(node: ASTNode & { readonly directives?: readonly DirectiveNode[] | undefined }) {
    const conditions = node.directives?.filter(({ name }) => name.value === 'skip' || name.value === 'include') ?? [];
    const isLeftOut = conditions.some(({ name, arguments: given }) => {
      const value = given?.[0]?.value;
      const holds =
        value?.kind === Kind.VARIABLE ? coerced[value.name.value] : value?.kind === Kind.BOOLEAN && value.value;
      return holds !== (name.value === 'include');
    });
    if (isLeftOut) return null;
    return { ...node, directives: node.directives?.filter((directive) => !conditions.includes(directive)) };
  }

  function isAbsent(value: ASTNode): boolean {
    return value.kind === Kind.VARIABLE && !Object.hasOwn(coerced, value.name.value);
  }
}

function withoutUnused(document: DocumentNode): DocumentNode {
  const [operation, ...fragments] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  const used = new Set<string>();
  const reached = new Set<ASTNode>();
  const pending: ASTNode[] = [operation];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    visit(node, {
      VariableDefinition: () => false,
      Variable: ({ name }) => void used.add(name.value),
      FragmentSpread: ({ name }) => {
        const fragment = fragments.find(
          (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name.value,
        );
        if (fragment) pending.push(fragment);
      },
    });
  }
  const variableDefinitions =
    operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) ?? [];
  return {
    kind: Kind.DOCUMENT,
    definitions: [{ ...operation, variableDefinitions }, ...fragments.filter((fragment) => reached.has(fragment))],
  };
}
