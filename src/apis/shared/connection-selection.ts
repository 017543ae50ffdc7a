import {
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
} from 'graphql';

/** What an operation wants of a connection: the rest is not read. */
export interface ConnectionSelection {
  /** Of each row of the page: all of it, its place in the order, that of the first and the last one, or not even that. */
  readonly page: 'ROWS' | 'PLACES' | 'ENDS' | 'NOTHING';
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

type Variables = GraphQLResolveInfo['variableValues'];

/** Read from the operation itself, as execution collects it (GraphQL §6.3.2), two levels deep. */
export function connectionSelection(info: GraphQLResolveInfo): ConnectionSelection {
  const selected = fieldsOf(info.fieldNodes, info);
  const pageInfo = fieldsOf(selected.get('pageInfo') ?? [], info);
  const edges = fieldsOf(selected.get('edges') ?? [], info);
  const wants = (fields: ReadonlyMap<string, unknown>, ...names: readonly string[]): boolean =>
    names.some((name) => fields.has(name));
  // Whether there is more is told by one row beyond the page.
  const ends = wants(pageInfo, 'hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor');
  const rows = wants(selected, 'nodes') || wants(edges, 'node');
  return {
    // Nothing of an edge may be wanted but that it is there: `edges { __typename }`.
    page: rows ? 'ROWS' : selected.has('edges') ? 'PLACES' : ends ? 'ENDS' : 'NOTHING',
    hasNextPage: pageInfo.has('hasNextPage'),
    hasPreviousPage: pageInfo.has('hasPreviousPage'),
  };
}

/** The fields that are selected below these, by name, whatever their aliases. */
function fieldsOf(
  parents: readonly FieldNode[],
  { fragments, variableValues }: GraphQLResolveInfo,
): ReadonlyMap<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const spread = new Set<string>();

  function collect(selections: readonly SelectionNode[]): void {
    for (const selection of selections) {
      if (!isIncluded(selection, variableValues)) continue;
      if (selection.kind === Kind.FIELD) {
        const known = fields.get(selection.name.value);
        if (known) known.push(selection);
        else fields.set(selection.name.value, [selection]);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet.selections);
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        collect(fragments[selection.name.value]?.selectionSet.selections ?? []);
      }
    }
  }

  for (const { selectionSet } of parents) collect(selectionSet?.selections ?? []);
  return fields;
}

function isIncluded(selection: SelectionNode, variables: Variables): boolean {
  if (!selection.directives?.length) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
  return skip?.['if'] !== true && include?.['if'] !== false;
}
