import {
  type GraphQLLeafType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  GraphQLString,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { isPromise } from '../../../kernel/is-promise.ts';
import { isJsonValue, jsonSize } from '../../../kernel/json-size.ts';
import type { RunningAnswer } from './answer-meter.ts';
import { ResolverFault } from './field-error.ts';
import { isOwnScalar, Serialized, serializerOf } from './serialized.ts';

/** Counts a value of one type, and answers with what the executor is given for it. Throws when it is too large. */
type Complete = (value: unknown, meter: RunningAnswer, info: GraphQLResolveInfo) => unknown;

/** Made once for each field. What is no value of the type is left to the executor, which says so. */
export function completedValue(type: GraphQLOutputType): Complete {
  if (isNonNullType(type)) return neverNull(completedValue(type.ofType));
  const complete = isListType(type)
    ? completedList(type.ofType)
    : isLeafType(type)
      ? completedLeaf(type)
      : objectOf(type);
  return (value, meter, info) => {
    if (value instanceof Error) throw value;
    if (value === null || value === undefined) {
      meter.add(4, info.path);
      return value;
    }
    return complete(value, meter, info);
  };
}

/** The executor throws at once for such a null, and forgets promises of the items before it (see `watch-fields.ts`). */
function neverNull(complete: Complete): Complete {
  return (value, meter, info) => {
    if (value !== null && value !== undefined) return complete(value, meter, info);
    const { parentType, fieldName } = info;
    throw new Error(`Cannot return null for non-nullable field ${parentType.name}.${fieldName}.`);
  };
}

function completedList(itemType: GraphQLOutputType): Complete {
  const completeItem = completedValue(itemType);
  return (value, meter, info) => {
    if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) return value;
    meter.add(2, info.path);
    const items: unknown[] = [];
    try {
      for (const item of value as Iterable<unknown>) {
        meter.add(1, info.path);
        items.push(itemOf(item));
      }
    } catch (thrown) {
      letGo(items);
      if (Array.isArray(value)) letGo(value.slice(items.length));
      throw thrown;
    }
    return items;

    function itemOf(item: unknown): unknown {
      if (isPromise(item)) return handled(Promise.resolve(item).then(complete, rejected));
      try {
        return completeItem(item, meter, info);
      } catch (thrown) {
        if (meter.isFull) throw thrown;
        return handled(Promise.reject(meter.fail(thrown, info.path)));
      }
    }

    function complete(item: unknown): unknown {
      try {
        return completeItem(item, meter, info);
      } catch (thrown) {
        throw meter.fail(thrown, info.path);
      }
    }

    function rejected(thrown: unknown): never {
      throw meter.fail(thrown, info.path);
    }
  };
}

/** Whoever gives up a list waits for none of its items: that they fail must not end the process. */
function handled<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}

function letGo(items: readonly unknown[]): void {
  for (const item of items) if (isPromise(item)) Promise.resolve(item).catch(() => {});
}

function completedLeaf(type: GraphQLLeafType): Complete {
  const serialize = serializerOf(type);
  if (isOwnScalar(type)) {
    return (value, meter, info) => {
      const serialized = serialize(value);
      if (!isJsonValue(serialized)) throw new Error(`${type.name} has no value for what it was given`);
      meter.add(jsonSize(serialized, meter.left), info.path);
      return new Serialized(serialized);
    };
  }
  const isNatural = naturalOf(type);
  return (value, meter, info) => {
    meter.add(leastSize(isNatural(value) ? value : checked(serialize, value)), info.path);
    return value;
  };
}

/** What is no value of its type is found here, before the executor finds it: nothing of that is anybody's purpose. */
function checked(serialize: (value: unknown) => unknown, value: unknown): unknown {
  try {
    return serialize(value);
  } catch (thrown) {
    throw new ResolverFault(thrown);
  }
}

/** Values of which the built-in scalars make the same value. */
function naturalOf({ name }: GraphQLLeafType): (value: unknown) => boolean {
  switch (name) {
    case 'Int':
      return (value) => typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31;
    case 'Float':
      return (value) => typeof value === 'number' && Number.isFinite(value);
    case 'Boolean':
      return (value) => typeof value === 'boolean';
    case GraphQLString.name:
    case 'ID':
      return (value) => typeof value === 'string';
    default:
      return () => false;
  }
}

/** At least so many bytes, and never less than a twelfth of them with the comma. */
function leastSize(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value === 'number') return Number.isInteger(value) ? (Math.abs(value) < 1e9 ? 1 : 10) : 3;
  return 4;
}

/** An object of an abstract type counts when its type is asked for. */
function objectOf(type: GraphQLOutputType): Complete {
  if (!isObjectType(type)) return (value) => value;
  return (value, meter, info) => {
    meter.add(meter.objectSize(info, type.name), info.path);
    return value;
  };
}
