import {
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/**
 * The two halves of an operation that asks for data and for the schema at once: data come from the full schema, the
 * schema from the caller's view of it. Both are documents of one operation; a half that asks for nothing is absent.
 */
export interface SeparatedDocument {
  readonly data: DocumentNode | undefined;
  readonly introspection: DocumentNode | undefined;
}

export function separateIntrospection(document: DocumentNode, operation: OperationDefinitionNode): SeparatedDocument {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return {
    data: half(operation, fragments, (fieldName) => !isIntrospection(fieldName)),
    introspection: half(operation, fragments, isIntrospection),
  };
}

function isIntrospection(fieldName: string): boolean {
  return fieldName === '__schema' || fieldName === '__type';
}

/**
 * Root fields that are wanted. A fragment that is spread on the root is written again under another name, once, with
 * what is wanted of it; the original stays for whoever spreads it further below.
 */
function half(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  wanted: (fieldName: string) => boolean,
): DocumentNode | undefined {
  const onRoot = new Map<string, FragmentDefinitionNode>();
  const suffix = unusedSuffix([...fragments.keys()]);
  const rootName = (name: string): string => name + suffix;

  const keep = (selectionSet: SelectionSetNode): SelectionSetNode => {
    const selections = selectionSet.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return wanted(selection.name.value) ? [selection] : [];
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const inner = keep(selection.selectionSet);
        return inner.selections.length > 0 ? [{ ...selection, selectionSet: inner }] : [];
      }
      const name = selection.name.value;
      if (!onRoot.has(name)) {
        const fragment = fragments.get(name);
        if (fragment === undefined) return [];
        const renamed = { ...fragment.name, value: rootName(name) };
        onRoot.set(name, { ...fragment, name: renamed, selectionSet: keep(fragment.selectionSet) });
      }
      const kept = onRoot.get(name)?.selectionSet.selections.length ?? 0;
      return kept > 0 ? [{ ...selection, name: { ...selection.name, value: rootName(name) } }] : [];
    });
    return { ...selectionSet, selections };
  };

  const selectionSet = keep(operation.selectionSet);
  if (selectionSet.selections.length === 0) return undefined;
  const spread = fragmentsOf(selectionSet, new Map([...fragments, ...[...onRoot.values()].map(byName)]));
  const used = variablesOf([selectionSet, ...(operation.directives ?? []), ...spread]);
  const variableDefinitions =
    operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) ?? [];
  return { kind: Kind.DOCUMENT, definitions: [{ ...operation, variableDefinitions, selectionSet }, ...spread] };
}

/** No name that the document uses ends so: a fragment of the caller's is never taken for one of ours. */
function unusedSuffix(names: readonly string[]): string {
  let suffix = '__onRoot';
  while (names.some((name) => name.endsWith(suffix))) suffix += '_';
  return suffix;
}

function byName(fragment: FragmentDefinitionNode): [string, FragmentDefinitionNode] {
  return [fragment.name.value, fragment];
}

/** All fragments that a selection set comes to, each once. */
function fragmentsOf(
  selectionSet: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): ReadonlySet<FragmentDefinitionNode> {
  const found = new Set<FragmentDefinitionNode>();
  const waiting: ASTNode[] = [selectionSet];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (fragment === undefined || found.has(fragment)) return;
        found.add(fragment);
        waiting.push(fragment.selectionSet);
      },
    });
  }
  return found;
}

/** A half keeps the variables that it uses: the types of the others may not be in the caller's view. */
function variablesOf(nodes: readonly ASTNode[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of nodes) visit(node, { Variable: ({ name }) => void names.add(name.value) });
  return names;
}
