import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** What a document is walked with. */
export interface Walk {
  readonly schema: GraphQLSchema;
  fragment(name: string): FragmentDefinitionNode | null | undefined;
  /** Asked of each field, spread and inline fragment once, in document order: whether it is selected at all. */
  enters(selection: SelectionNode): boolean;
}

/**
 * CollectFields (GraphQL spec §6.3.2) of an object of that type: the fields by response key, both in document order. Each
 * named fragment is entered once, so it takes no longer than reading them.
 */
export function fieldsByKey(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  walk: Walk,
): ReadonlyMap<string, readonly FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const entered = new Set<string>();
  const pending = sets.flatMap(({ selections }) => selections).reverse();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (!walk.enters(next)) continue;
    if (next.kind === Kind.FIELD) {
      const key = next.alias?.value ?? next.name.value;
      const nodes = fields.get(key);
      if (nodes) nodes.push(next);
      else fields.set(key, [next]);
      continue;
    }
    if (next.kind === Kind.FRAGMENT_SPREAD) {
      if (entered.has(next.name.value)) continue;
      entered.add(next.name.value);
    }
    const fragment = next.kind === Kind.FRAGMENT_SPREAD ? walk.fragment(next.name.value) : next;
    if (!fragment || !applies(walk.schema, fragment.typeCondition?.name.value, type)) continue;
    for (const selection of fragment.selectionSet.selections.toReversed()) pending.push(selection);
  }
  return fields;
}

function applies(schema: GraphQLSchema, condition: string | undefined, type: GraphQLObjectType): boolean {
  if (condition === undefined || condition === type.name) return true;
  const named = schema.getType(condition);
  return isAbstractType(named) && schema.isSubType(named, type);
}
