import {
  type FieldNode,
  GraphQLError,
  type GraphQLObjectType,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { fieldsByKey } from '../../plan/fields-by-key.ts';

/**
 * What a subscription may select at its root (GraphQL spec September 2025, §5.2.4.1): one field, not `__schema` or the
 * like, and nothing that `@skip` or `@include` decides, for then nobody knows which stream it is. It stands for graphql-js'
 * SingleFieldSubscriptionsRule, which asks those directives for values that only a request has, and throws.
 */
export const subscriptionRootRule: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    const type = context.getSchema().getSubscriptionType();
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION || !type) return;
    const { fields, conditional } = selectedAtRoot(context, operation, type);
    const name = operation.name ? `Subscription "${operation.name.value}"` : 'Anonymous Subscription';
    const report = (problem: string, nodes: readonly SelectionNode[]) =>
      context.reportError(new GraphQLError(`${name} must ${problem}`, { nodes }));
    if (conditional.length > 0) report('not use `@skip` or `@include` in its top level selection.', conditional);
    const [, ...others] = [...fields.values()];
    if (others.length > 0) report('select only one top level field.', others.flat());
    for (const nodes of fields.values()) {
      if (nodes[0]?.name.value.startsWith('__')) report('not select an introspection top level field.', nodes);
    }
  },
});

interface SelectedAtRoot {
  /** By response key. */
  readonly fields: ReadonlyMap<string, readonly FieldNode[]>;
  /** What `@skip` or `@include` stands at. */
  readonly conditional: readonly SelectionNode[];
}

/** CollectSubscriptionFields (GraphQL spec §5.2.4.1): as execution collects them, and all that is conditional as well. */
function selectedAtRoot(
  context: ValidationContext,
  { selectionSet }: OperationDefinitionNode,
  type: GraphQLObjectType,
): SelectedAtRoot {
  const conditional: SelectionNode[] = [];
  const fields = fieldsByKey(type, [selectionSet], {
    schema: context.getSchema(),
    fragment: (name) => context.getFragment(name),
    enters(selection) {
      if (selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include')) {
        conditional.push(selection);
      }
      return true;
    },
  });
  return { fields, conditional };
}
