import {
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { ListSize } from '../compiled-schema.ts';
import type { ListSizeDeclaration, SchemaDeclaration } from '../declarations.ts';
import type { ProblemList } from '../schema-declaration-error.ts';
import { sizedField, sizedPath } from '../sized-fields.ts';
import { checkListSize, defaultLength } from './check-list-size.ts';
import { readField, readType } from './read-declarations.ts';
import type { ProvenStructure } from './structure.ts';

type OutputField = GraphQLField<unknown, unknown>;

const largestPage = 100;
const defaultPage = 20;

/** The bound of a field's list, or of the lists below it (a connection's); `undefined` when there is none to have. */
export function listSizeOf(field: OutputField, structure: ProvenStructure): ListSize | undefined {
  const declared = readField(field).cost?.listSize;
  const inferred = inferListSize(field, structure);
  if (declared === undefined && inferred === undefined) return undefined;
  return complete({ ...inferred, ...declared }, field);
}

function complete(
  declared: { readonly [Name in keyof ListSizeDeclaration]?: ListSizeDeclaration[Name] | undefined },
  field: OutputField,
): ListSize {
  const { assumedSize, slicingArguments = [], sizedFields = [], defaultSize } = declared;
  // Whoever leaves an argument out gets the API's own default: without a word to the contrary that is no mistake.
  const defaults = slicingArguments.map((path) => defaultLength(field, path) ?? 0);
  const maximumSize = declared.maximumSize ?? Math.max(largestPage, ...defaults);
  return {
    assumedSize,
    slicingArguments,
    sizedFields: sizedFields.map((text) => {
      const path = sizedPath(text);
      return path ? sizedField(path) : text;
    }),
    requireOneSlicingArgument:
      declared.requireOneSlicingArgument ??
      (slicingArguments.length > 0 && assumedSize === undefined && defaultSize === undefined),
    maximumSize,
    defaultSize,
    mayBeLonger: false,
  };
}

function inferListSize(field: OutputField, structure: ProvenStructure): ListSizeDeclaration | undefined {
  const type = getNullableType(field.type);
  const names = field.args.map(({ name }) => name);
  if (isObjectType(type) && structure.structureOf(type) === 'CONNECTION') {
    const slicingArguments = names.filter((name) => name === 'first' || name === 'last');
    const sizedFields = ['edges', 'nodes'].filter((name) => isListType(getNullableType(type.getFields()[name]?.type)));
    if (slicingArguments.length === 0) return { sizedFields };
    return { slicingArguments, sizedFields, defaultSize: defaultPage, requireOneSlicingArgument: false };
  }
  const ids = field.args.find(({ name }) => name === 'ids');
  if (isListType(type) && ids !== undefined && isNonNullType(ids.type) && isListType(ids.type.ofType)) {
    return { slicingArguments: ['ids'] };
  }
  return undefined;
}

/** Reports a list that nothing bounds, and bounds that name what does not exist; answers the size to use. */
export function boundedListSize(
  type: GraphQLObjectType,
  field: OutputField,
  structure: ProvenStructure,
  rules: SchemaDeclaration,
  problems: ProblemList,
): ListSize | undefined {
  const size = listSizeOf(field, structure);
  const text = `${type.name}.${field.name}`;
  if (size !== undefined) checkListSize(text, field, size, problems);
  const isList = isListType(getNullableType(field.type));
  const result = getNamedType(field.type);
  const connection = isObjectType(result) && structure.structureOf(result) === 'CONNECTION';
  const matters = connection || (isList && (isCompositeType(result) || readType(result).weight !== undefined));
  if (!matters || isBounded(size, isList) || (isList && isSizedByParents(type, field, structure))) return size;
  if (rules.defaultAssumedSize !== undefined) {
    const assumed = complete({ ...size, assumedSize: rules.defaultAssumedSize }, field);
    return { ...assumed, mayBeLonger: rules.whenLonger !== 'ERROR' };
  }
  problems.report(
    'UNBOUNDED_LIST',
    text,
    'is a list with no bound; declare cost.listSize with slicingArguments or an assumedSize',
  );
  return size;
}

function isBounded(size: ListSize | undefined, isList: boolean): boolean {
  if (size === undefined || (isList && size.sizedFields.length > 0)) return false;
  return size.assumedSize !== undefined || size.defaultSize !== undefined || size.slicingArguments.length > 0;
}

/** Whether every field that yields this object says how long this list of it is. */
function isSizedByParents(type: GraphQLObjectType, field: OutputField, structure: ProvenStructure): boolean {
  if (structure.structureOf(type) === 'CONNECTION' && (field.name === 'edges' || field.name === 'nodes')) return true;
  return isSizedThrough(type, [field.name], structure);
}

/** Longer paths nobody writes; it ends where types return each other. */
const longestPath = 8;

/** By each field that yields the type itself, or by what stands above that. */
function isSizedThrough(type: GraphQLObjectType, path: readonly string[], structure: ProvenStructure): boolean {
  const returners = structure.returnersOf(type);
  return (
    returners.length > 0 &&
    path.length < longestPath &&
    returners.every((returner) => {
      const sized = listSizeOf(returner.field, structure)?.sizedFields ?? [];
      return (
        sized.includes(sizedField(path)) || isSizedThrough(returner.type, [returner.field.name, ...path], structure)
      );
    })
  );
}
