import { GraphQLBoolean, type GraphQLField, type GraphQLFieldConfig } from 'graphql';

/**
 * A type must have a field. One of which a key may read nothing stays in its view all the same when the key may ask for
 * it: the query type, which every schema has, and the payload of a mutation that the key may do. Then this field says so;
 * nobody can select it, only `__typename`.
 */
export const nothingVisible = 'nothingVisible';

export function nothingVisibleField(): GraphQLFieldConfig<unknown, unknown> {
  return {
    type: GraphQLBoolean,
    description: 'This key may read nothing here but `__typename`.',
    extensions: { [nothingVisible]: true },
  };
}

export function isNothingVisible({ name, extensions }: GraphQLField<unknown, unknown>): boolean {
  return name === nothingVisible && extensions[nothingVisible] === true;
}
