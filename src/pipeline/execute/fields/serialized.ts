import { type GraphQLLeafType, type GraphQLScalarType, isScalarType, specifiedScalarTypes } from 'graphql';

/** A value of a scalar of the API, serialized where it could be measured. */
export class Serialized {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** Marks a `serialize` that takes what is serialized already. */
const takesSerialized = Symbol('takes what is serialized already');

type Serialize = GraphQLScalarType['serialize'] & { [takesSerialized]?: Serialize };

/** How values of a scalar become JSON, as its maker wrote it. */
export function serializerOf(type: GraphQLLeafType): (value: unknown) => unknown {
  const serialize = type.serialize as Serialize;
  return (serialize[takesSerialized] ?? serialize).bind(type);
}

/** Whether values of a leaf type are serialized by the API's own code. */
export function isOwnScalar(type: GraphQLLeafType): type is GraphQLScalarType {
  return isScalarType(type) && !specifiedScalarTypes.includes(type);
}

/** From then on the scalar passes on what is serialized already; schemas may share it, and this is done once. */
export function acceptSerialized(type: GraphQLScalarType): void {
  const serialize = type.serialize as Serialize;
  if (serialize[takesSerialized]) return;
  const accepting: Serialize = (value) => (value instanceof Serialized ? value.value : serialize.call(type, value));
  accepting[takesSerialized] = serialize;
  type.serialize = accepting;
}
