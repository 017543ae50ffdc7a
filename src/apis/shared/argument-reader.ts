import { completeValue, getMappedArgumentValues, type PartialResolveInfo } from '@pothos/core';
import type { FieldNode, GraphQLField } from 'graphql';

/**
 * Reads arguments as Pothos will read them for the resolver: global ids, ranges, texts. Run before anything executes, it
 * makes a request error of what would else be an error of a field, beside other fields that were executed.
 */
export const argumentReader = {
  /** False for fields whose arguments are what GraphQL itself made of them. */
  reads: ({ extensions }: GraphQLField<unknown, unknown>): boolean => {
    const mappers = extensions['pothosArgMappers'];
    return Array.isArray(mappers) && mappers.length > 0;
  },
  /** Throws, or rejects with, what is wrong with them. */
  read: (field: GraphQLField<unknown, unknown>, node: FieldNode, context: object, info: PartialResolveInfo) =>
    completeValue(getMappedArgumentValues(field, node, context, info), () => {}),
};
