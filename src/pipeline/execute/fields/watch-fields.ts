import {
  defaultFieldResolver,
  defaultTypeResolver,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isIntrospectionType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { isPromise } from '../../../kernel/is-promise.ts';
import { memberSize } from '../../../kernel/json-size.ts';
import { asSent } from '../coerced-once.ts';
import type { AnswerMeters, RunningAnswer } from './answer-meter.ts';
import { completedValue } from './completed-value.ts';
import { fieldError } from './field-error.ts';
import { acceptSerialized, isOwnScalar } from './serialized.ts';

export interface WatchOptions {
  /** Leaves of a mutation's payload that can be read in that answer alone: they are given whatever its size. */
  readonly onceShown?: readonly string[];
}

/**
 * Watches every field of a schema while it is executed, so that an answer is never larger than it may be: keys, values
 * and objects are counted as they are made, and once there are too many no resolver is called any more. And it hands
 * errors to the executor in a form that it locates where they happened. Installed last, outermost; an execution without
 * a meter is not watched. Changes the schema in place, and belongs to it once.
 */
export function watchFields(schema: GraphQLSchema, meters: AnswerMeters, { onceShown = [] }: WatchOptions = {}): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue;
    if (isAbstractType(type)) watchRuntimeType(type, meters);
    if (isLeafType(type) && isOwnScalar(type)) acceptSerialized(type);
    if (!isObjectType(type)) continue;
    watchTypeOf(type);
    for (const field of Object.values(type.getFields())) {
      watchField(field, meters, onceShown.includes(field.name) && isLeafType(getNamedType(field.type)));
      watchSource(field);
    }
  }
}

function watchField(field: GraphQLField<unknown, unknown>, meters: AnswerMeters, onceShown: boolean): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  const complete = completedValue(field.type);
  const mayBeNull = !isNonNullType(field.type);

  /**
   * A field that may not be null rejects and does not throw: the executor forgets the promises that stand in a list before
   * an item that throws, and whoever hears of one that is rejected later ends the process.
   */
  function failed(thrown: unknown, meter: RunningAnswer, path: GraphQLResolveInfo['path']): Promise<never> {
    const error = meter.fail(thrown, path);
    if (mayBeNull) throw error;
    return Promise.reject(error);
  }

  field.resolve = (source, args, context, info) => {
    asSent(info);
    const meter = meters.running(context);
    if (!meter) return resolve(source, args, context, info);
    if (onceShown && isInPayload(info)) {
      const value = resolve(source, args, context, info);
      const keep = (settled: unknown) => {
        meter.keep(info, settled);
        return settled;
      };
      return isPromise(value) ? value.then(keep) : keep(value);
    }
    const { path } = info;
    const settled = (value: unknown) => {
      try {
        return complete(value, meter, info);
      } catch (thrown) {
        return failed(thrown, meter, path);
      }
    };
    try {
      meter.add(memberSize(path.key), path);
      if (path.prev === undefined) meter.begin(path);
      const value = resolve(source, args, context, info);
      if (isPromise(value)) return value.then(settled, (thrown) => failed(thrown, meter, path));
      return settled(value);
    } catch (thrown) {
      return failed(thrown, meter, path);
    }
  };
}

function isInPayload({ operation, path }: GraphQLResolveInfo): boolean {
  return operation.operation === 'mutation' && path.prev !== undefined && path.prev.prev === undefined;
}

function watchSource(field: GraphQLField<unknown, unknown>): void {
  const { subscribe } = field;
  if (!subscribe) return;
  field.subscribe = async (source, args, context, info) => {
    asSent(info);
    try {
      return await subscribe(source, args, context, info);
    } catch (thrown) {
      throw fieldError(thrown);
    }
  };
}

/** An object whose type is only known when it is there counts when the executor asks for its type: once for each. */
function watchRuntimeType(type: GraphQLAbstractType, meters: AnswerMeters): void {
  const resolveType = type.resolveType ?? defaultTypeResolver;
  type.resolveType = (value, context, info, abstractType) => {
    const meter = meters.running(context);
    const count = (name: string | undefined) => {
      if (meter && typeof name === 'string') meter.add(meter.objectSize(info, name), info.path);
      return name;
    };
    try {
      const resolved = resolveType(value, context, info, abstractType);
      return isPromise(resolved) ? Promise.resolve(resolved).then(count, rejected) : count(resolved);
    } catch (thrown) {
      return rejected(thrown);
    }
  };
}

function watchTypeOf(type: GraphQLObjectType): void {
  const { isTypeOf } = type;
  if (!isTypeOf) return;
  type.isTypeOf = (value, context, info) => {
    try {
      const answer = isTypeOf(value, context, info);
      return isPromise(answer) ? Promise.resolve(answer).catch(rejected) : answer;
    } catch (thrown) {
      return rejected(thrown);
    }
  };
}

function rejected(thrown: unknown): Promise<never> {
  return Promise.reject(fieldError(thrown));
}
