import {
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
} from 'graphql';
import type { Granted } from '../../src/cost/compile-formula.ts';
import { lengthOf } from '../../src/cost/list-length.ts';
import type { CompiledField, CompiledSchema } from '../../src/plan/compiled-schema.ts';
import type { Random } from './random.ts';

export interface DataOptions {
  /** Every list as long as it may be, nothing null. */
  readonly full: boolean;
  /** Some lists are longer than they may be. */
  readonly tooLong?: boolean;
  readonly granted?: Granted;
}

/** Gives every field a resolver that makes up data within the declared bounds, as late and as odd as data comes. */
export function generateData(
  random: Random,
  schema: GraphQLSchema,
  compiled: CompiledSchema,
  { full, tooLong = false, granted }: DataOptions,
): void {
  for (const object of compiled.objects) {
    const type = schema.getType(object.name);
    if (!isObjectType(type)) continue;
    for (const field of object.fields.values()) {
      const definition = type.getFields()[field.coordinate.field];
      if (!definition) continue;
      const denied = granted !== undefined && !field.needs.every((bit) => granted.has(bit));
      definition.resolve = (source, args) => {
        if (denied) return null;
        if (!full && random.chance(0.03)) throw new Error('a resolver failed');
        const page = pageOf(source)?.(field.coordinate.field);
        const length = lengthOf(field, args);
        const bound = page ?? (length.kind === 'LENGTH' ? length.length : 0);
        return late(resultOf(field.type, field, bound));
      };
    }
  }

  function resultOf(type: GraphQLOutputType, field: CompiledField, bound: number): unknown {
    const nullable = getNullableType(type);
    if (nullable === type && !full && random.chance(0.1)) return null;
    if (isListType(nullable)) {
      const within = full ? bound : random.whole(0, Math.min(bound, 4));
      const length = tooLong && bound < 10 && random.chance(0.15) ? bound + random.whole(1, 3) : within;
      const isNested = isListType(getNullableType(nullable.ofType));
      if (isNested) return splitUp(length).map((part) => resultOf(nullable.ofType, field, part));
      // All of a list or none: of a mixed one graphql-js leaves rejections of late items unhandled when another fails.
      const wait = random.chance(0.2) ? (value: unknown) => Promise.resolve(value) : (value: unknown) => value;
      return Array.from({ length }, () => wait(resultOf(nullable.ofType, field, bound)));
    }
    const named = getNamedType(nullable);
    if (!isObjectType(named) && !isAbstractType(named)) return named.name === 'Boolean' ? true : 1;
    const visible = field.possibleTypes.filter((type) => granted?.seesObject(type) ?? true);
    return visible.length === 0 ? null : instanceOf(random.pick(visible).name, field, bound);
  }

  /** Lists of lists: the parts of one length. A full one is whole. */
  function splitUp(length: number): number[] {
    const first = full ? length : random.whole(0, length);
    return [first, length - first];
  }

  function instanceOf(name: string, field: CompiledField, bound: number) {
    const sized = field.listSize?.sizedFields ?? [];
    return { __typename: name, page: (list: string) => (sized.includes(list) ? bound : undefined) };
  }

  const late = (value: unknown) => (random.chance(0.2) ? Promise.resolve(value) : value);
}

function pageOf(source: unknown): ((list: string) => number | undefined) | undefined {
  if (typeof source !== 'object' || source === null || !('page' in source)) return undefined;
  return source.page as (list: string) => number | undefined;
}
