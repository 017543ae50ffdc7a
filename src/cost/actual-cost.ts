import {
  defaultFieldResolver,
  defaultTypeResolver,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
} from 'graphql';
import { codedError, codeOf } from '../kernel/errors.ts';
import { isPromise } from '../kernel/is-promise.ts';
import type { MicroPoints } from '../kernel/micro-points.ts';
import type { CompiledField, CompiledObject, CompiledSchema } from '../plan/compiled-schema.ts';
import { sizedPath } from '../plan/sized-fields.ts';
import type { CostMeters, RunningMeter } from './cost-meter.ts';
import { countItems, countOne } from './count-items.ts';
import { lengthOf } from './list-length.ts';
import { hasPrice, ownCost } from './own-cost.ts';
import { unbounded } from './points.ts';

export interface InstrumentOptions {
  /** A resolver returned more than its bound says: a fault of the API, to be logged and counted. */
  readonly report?: (violation: ListBoundViolation) => void;
}

export interface ListBoundViolation {
  readonly coordinate: string;
  /** As far as it was seen: an iterable is not read beyond its bound. */
  readonly length: number;
  readonly bound: number;
}

/**
 * Makes a schema count what its executions really cost, in the units and with the functions of the estimate: the price
 * of a call when its resolver starts, the weight of each instance when its value is there, by its runtime type. Only
 * fields that can cost something are wrapped, outermost, so that the other resolvers stay as they are; an execution
 * without a meter is not counted. Changes the schema in place, and belongs to it once.
 *
 * A call that fails is charged the least that an instance of its result weighs: it worked for one.
 * Together with the bound on every list this keeps *actual ≤ requested*: each call was priced, each list is at most as
 * long as its price says, or it is `LIST_TOO_LONG`, and each instance weighs at most what the dearest possible type weighs.
 * Only a list whose size is assumed (`mayBeLonger`) is served whole, counted as far as the meter's limit.
 */
export function instrument(
  schema: GraphQLSchema,
  compiled: CompiledSchema,
  meters: CostMeters,
  options: InstrumentOptions = {},
): void {
  const byRuntimeType = new Set<GraphQLAbstractType>();
  const { passing, sized } = fieldsBelowPages(compiled);
  for (const object of compiled.objects) {
    const type = schema.getType(object.name);
    if (!isObjectType(type)) continue;
    const definitions = type.getFields();
    for (const field of object.fields.values()) {
      const definition = definitions[field.coordinate.field];
      if (!definition || !(canCost(field) || passing.has(field) || sized.has(field))) continue;
      countField(definition, object, field, meters, { ...options, passesPage: passing.has(field) });
      const named = namedType(field.type);
      if (isAbstractType(named) && itemWeight(field) === undefined) byRuntimeType.add(named);
    }
  }
  for (const type of byRuntimeType) countRuntimeTypes(type, compiled, meters);
}

/** Lists that a field above them sizes, also those whose items cost nothing, and single objects through which it does. */
function fieldsBelowPages({ objects }: CompiledSchema): Record<'passing' | 'sized', ReadonlySet<CompiledField>> {
  const passing = new Set<CompiledField>();
  const lists = new Set<CompiledField>();
  for (const field of objects.flatMap(({ fields }) => [...fields.values()])) {
    for (const sized of field.listSize?.sizedFields ?? []) {
      let types = field.possibleTypes;
      const path = sizedPath(sized) ?? [];
      for (const [index, name] of path.entries()) {
        const below = types.flatMap(({ fields }) => fields.get(name) ?? []);
        for (const one of below) (index === path.length - 1 ? lists : passing).add(one);
        types = below.flatMap(({ possibleTypes }) => possibleTypes);
      }
    }
  }
  return { passing, sized: lists };
}

/** Composite results are wrapped when an instance weighs something or when they are lists, whose bound must hold. */
function canCost(field: CompiledField): boolean {
  return (
    field.weight > 0 ||
    field.leafWeight > 0 ||
    field.listSize !== undefined ||
    (field.isList && field.possibleTypes.length > 0) ||
    field.possibleTypes.some(({ weight }) => weight > 0) ||
    [...field.arguments.values()].some(hasPrice)
  );
}

/** Weight of every instance of the result, or `undefined` when its runtime type decides. */
function itemWeight({ possibleTypes, leafWeight }: CompiledField): MicroPoints | undefined {
  const [first, ...others] = possibleTypes;
  if (!first) return leafWeight;
  return others.every(({ weight }) => weight === first.weight) ? first.weight : undefined;
}

function countField(
  definition: GraphQLField<unknown, unknown>,
  object: CompiledObject,
  field: CompiledField,
  meters: CostMeters,
  { report, passesPage }: InstrumentOptions & { readonly passesPage: boolean },
): void {
  const resolve = definition.resolve ?? defaultFieldResolver;
  const { type, field: name } = field.coordinate;
  const depth = listDepth(field.type);
  const weight = itemWeight(field) ?? 0;
  const hasWeight = field.leafWeight > 0 || field.possibleTypes.some((possible) => possible.weight > 0);
  const sizedFields = field.listSize?.sizedFields ?? [];

  definition.resolve = (source, args: Readonly<Record<string, unknown>>, context, info) => {
    const meter = meters.running(context);
    if (!meter?.sees(object) || !meter.pays(field)) return resolve(source, args, context, info);
    meter.add(ownCost(field, args));
    const length = lengthOf(field, args);
    const own = length.kind === 'LENGTH' ? length : { length: unbounded, mayBeLonger: false };
    if (sizedFields.length > 0) meter.setPage(info.path, { ...own, sizedFields });
    if (passesPage) meter.passPage(info.path, name);
    const onItem = () => addInstance(meter, field, weight);
    const call = () => resolve(source, args, context, info);
    const onFailure = () => {
      const isEmpty = depth > 0 && (meter.pageFor(info.path, name) ?? own).length === 0;
      if (!isEmpty) meter.add(leastInstance(meter, field));
    };
    const value = hasWeight ? countFailure(call, onFailure) : call();
    if (depth === 0) return weight > 0 ? countOne(value, onItem) : value;
    const { length: bound, mayBeLonger } = meter.pageFor(info.path, name) ?? own;
    if (mayBeLonger) {
      let left = bound;
      const onRead = () => {
        if (left-- === 0) meter.noteServedMore();
      };
      return countItems(value, depth, { onRead, onItem });
    }
    const tooLong = (seen: number) => {
      report?.({ coordinate: `${type}.${name}`, length: seen, bound });
      return listTooLong(bound);
    };
    return countItems(value, depth, { onItem }, { bound, tooLong });
  };
}

/** A key that sees none of the possible types gets nothing, and the estimate took nothing for it. */
function addInstance(meter: RunningMeter, { possibleTypes }: CompiledField, weight: MicroPoints): void {
  if (weight === 0) return;
  if (possibleTypes.length === 0 || possibleTypes.some((type) => meter.sees(type))) meter.add(weight);
}

/** What the cheapest instance weighs that the key could have been given. */
function leastInstance(meter: RunningMeter, { possibleTypes, leafWeight }: CompiledField): MicroPoints {
  if (possibleTypes.length === 0) return leafWeight;
  const seen = possibleTypes.filter((type) => meter.sees(type));
  return seen.length === 0 ? 0 : Math.min(...seen.map(({ weight }) => weight));
}

/** A call that fails has worked for a result as well. One that a field limit refused has not been made. */
function countFailure(call: () => unknown, onFailure: () => void): unknown {
  const count = (thrown: unknown): void => {
    if (codeOf(thrown) !== 'FIELD_THROTTLED') onFailure();
  };
  const failed = (thrown: unknown): never => {
    count(thrown);
    throw thrown;
  };
  let value: unknown;
  try {
    value = call();
  } catch (thrown) {
    return failed(thrown);
  }
  const settled = (result: unknown) => {
    // The executor takes an error that is returned for one that is thrown.
    if (result instanceof Error) count(result);
    return result;
  };
  return isPromise(value) ? value.then(settled, failed) : settled(value);
}

/** Where possible types weigh differently, an instance is counted when execution asks for its type: once for each. */
function countRuntimeTypes(type: GraphQLAbstractType, compiled: CompiledSchema, meters: CostMeters): void {
  const resolveType = type.resolveType ?? defaultTypeResolver;
  type.resolveType = (value, context, info, abstractType) => {
    const meter = meters.running(context);
    const resolved = resolveType(value, context, info, abstractType);
    if (!meter) return resolved;
    const count = (name: string | undefined) => {
      const object = name === undefined ? undefined : compiled.objectByName.get(name);
      if (object && meter.sees(object)) meter.add(object.weight);
      return name;
    };
    return isPromise(resolved) ? resolved.then(count) : count(resolved);
  };
}

function listDepth(type: GraphQLOutputType): number {
  const nullable = getNullableType(type);
  return isListType(nullable) ? 1 + listDepth(nullable.ofType) : 0;
}

function namedType(type: GraphQLOutputType): GraphQLOutputType {
  const nullable = getNullableType(type);
  return isListType(nullable) ? namedType(nullable.ofType) : nullable;
}

function listTooLong(bound: number): Error {
  const message = `The list is longer than ${bound}, for which its price was calculated; nothing of it is answered. This is a fault of the API.`;
  return codedError('LIST_TOO_LONG', message, { bound });
}
