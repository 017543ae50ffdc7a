import { GraphQLError, type GraphQLScalarType, type GraphQLSchema, isLeafType } from 'graphql';
import { isPromise } from '../../kernel/is-promise.ts';
import { isOwnScalar } from '../execute/fields/serialized.ts';

/**
 * Values are read when they are judged, and nobody waits there (GraphQL spec §3.5: input coercion answers or raises an
 * error). A scalar of the API that reads in a promise would hand that on as the value; one that is rejected would end the
 * process, since nobody hears of it. Such a value is refused. Changes the scalars in place, each once.
 */
export function readAtOnce(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isLeafType(type) && isOwnScalar(type)) guard(type);
  }
}

const guarded = new WeakSet<GraphQLScalarType>();

function guard(type: GraphQLScalarType): void {
  if (guarded.has(type)) return;
  guarded.add(type);
  const { parseValue, parseLiteral } = type;
  type.parseValue = (value) => atOnce(parseValue.call(type, value), type);
  type.parseLiteral = (node, variables) => atOnce(parseLiteral.call(type, node, variables), type);
}

function atOnce<Value>(value: Value, { name }: GraphQLScalarType): Value {
  if (!isPromise(value)) return value;
  Promise.resolve(value).catch(() => {});
  throw new GraphQLError(`A value of type "${name}" cannot be read now.`);
}
