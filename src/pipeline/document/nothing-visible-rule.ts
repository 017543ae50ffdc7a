import { GraphQLError, type ValidationRule } from 'graphql';
import { isNothingVisible } from '../../privileges/view/nothing-visible.ts';

/** The field that stands in a view for nothing is none: it answers as any name that is unknown. */
export const nothingVisibleRule: ValidationRule = (context) => ({
  Field(node) {
    const field = context.getFieldDef();
    const type = context.getParentType();
    if (!field || !type || !isNothingVisible(field)) return;
    context.reportError(
      new GraphQLError(`Cannot query field "${field.name}" on type "${type.name}".`, { nodes: node }),
    );
  },
});
