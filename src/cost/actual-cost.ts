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
import type { MicroPoints } from '../kernel/micro-points.ts';
import type { CompiledField, CompiledObject, CompiledSchema } from '../plan/compiled-schema.ts';
import type { CostMeters, RunningMeter } from './cost-meter.ts';
import { countItems, countOne } from './count-items.ts';
import { lengthOf } from './formula-program.ts';
import { hasPrice, ownCost } from './own-cost.ts';
import { unbounded } from './points.ts';

export interface InstrumentOptions {
  /** In production the list is cut; a test wants to know. */
  readonly onListTooLong: 'THROW' | 'CUT';
  /** A resolver returned more than its bound says: a fault of the API, to be logged and counted. */
  readonly report?: (violation: ListBoundViolation) => void;
}

export interface ListBoundViolation {
  readonly coordinate: string;
  readonly length: number;
  readonly bound: number;
}

/**
 * Makes a schema count what its executions really cost, in the units and with the functions of the estimate: the price
 * of a call when its resolver starts, the weight of each instance when its value is there, by its runtime type. Only
 * fields that can cost something are wrapped, outermost, so that the other resolvers stay as they are; an execution
 * without a meter is not counted. Changes the schema in place, and belongs to it once.
 *
 * Together with the bound on every list this keeps *actual ≤ requested*: each call was priced, each list is at most as
 * long as its price says, and each instance weighs at most what the dearest possible type weighs.
 */
export function instrument(
  schema: GraphQLSchema,
  compiled: CompiledSchema,
  meters: CostMeters,
  options: InstrumentOptions,
): void {
  const byRuntimeType = new Set<GraphQLAbstractType>();
  for (const object of compiled.objects) {
    const type = schema.getType(object.name);
    if (!isObjectType(type)) continue;
    const definitions = type.getFields();
    for (const field of object.fields.values()) {
      const definition = definitions[field.coordinate.field];
      if (!definition || !canCost(field)) continue;
      countField(definition, object, field, meters, options);
      const named = namedType(field.type);
      if (isAbstractType(named) && itemWeight(field) === undefined) byRuntimeType.add(named);
    }
  }
  for (const type of byRuntimeType) countRuntimeTypes(type, compiled, meters);
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
  { onListTooLong, report }: InstrumentOptions,
): void {
  const resolve = definition.resolve ?? defaultFieldResolver;
  const { type, field: name } = field.coordinate;
  const depth = listDepth(field.type);
  const weight = itemWeight(field) ?? 0;
  const sizedFields = field.listSize?.sizedFields ?? [];

  definition.resolve = (source, args: Readonly<Record<string, unknown>>, context, info) => {
    const meter = meters.running(context);
    if (!meter?.sees(object) || !meter.pays(field)) return resolve(source, args, context, info);
    meter.add(ownCost(field, args));
    const length = lengthOf(field, args);
    const ownLength = length.kind === 'LENGTH' ? length.length : unbounded;
    if (sizedFields.length > 0) meter.setPage(info.path, { length: ownLength, sizedFields });
    const onItem = () => addInstance(meter, field, weight);
    const value = resolve(source, args, context, info);
    if (depth === 0) return weight > 0 ? countOne(value, onItem) : value;
    const bound = meter.pageFor(info.path, name) ?? ownLength;
    const onTooLong = (length: number) => {
      const violation = { coordinate: `${type}.${name}`, length, bound };
      report?.(violation);
      if (onListTooLong === 'THROW') throw new Error(tooLong(violation));
    };
    return countItems(value, depth, { onItem, onTooLong, left: bound });
  };
}

/** A key that sees none of the possible types gets nothing, and the estimate took nothing for it. */
function addInstance(meter: RunningMeter, { possibleTypes }: CompiledField, weight: MicroPoints): void {
  if (weight === 0) return;
  if (possibleTypes.length === 0 || possibleTypes.some((type) => meter.sees(type))) meter.add(weight);
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
    return typeof resolved === 'object' ? resolved.then(count) : count(resolved);
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

function tooLong({ coordinate, length, bound }: ListBoundViolation): string {
  return `${coordinate} returned a list of ${length}, but its price was calculated for at most ${bound}. Return fewer, or raise its listSize.`;
}
