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
import { nearestName } from '../../kernel/nearest-name.ts';
import type { ListSize } from '../compiled-schema.ts';
import type { ListSizeDeclaration, SchemaDeclaration } from '../declarations.ts';
import type { ProblemList } from '../schema-declaration-error.ts';
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
  return complete({ ...inferred, ...declared });
}

function complete(
  declared: { readonly [Name in keyof ListSizeDeclaration]?: ListSizeDeclaration[Name] | undefined },
): ListSize {
  const { assumedSize, slicingArguments = [], sizedFields = [], defaultSize, maximumSize = largestPage } = declared;
  return {
    assumedSize,
    slicingArguments,
    sizedFields,
    requireOneSlicingArgument:
      declared.requireOneSlicingArgument ??
      (slicingArguments.length > 0 && assumedSize === undefined && defaultSize === undefined),
    maximumSize,
    defaultSize,
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
  if (size !== undefined) checkNames(text, field, size, problems);
  const isList = isListType(getNullableType(field.type));
  const result = getNamedType(field.type);
  const connection = isObjectType(result) && structure.structureOf(result) === 'CONNECTION';
  const matters = connection || (isList && (isCompositeType(result) || readType(result).weight !== undefined));
  if (!matters || isBounded(size, isList) || (isList && isSizedByParents(type, field, structure))) return size;
  if (rules.defaultAssumedSize !== undefined) {
    return complete({ ...size, assumedSize: rules.defaultAssumedSize });
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
  const returners = structure.returnersOf(type);
  return (
    returners.length > 0 &&
    returners.every((returner) => listSizeOf(returner.field, structure)?.sizedFields.includes(field.name) === true)
  );
}

function checkNames(text: string, field: OutputField, size: ListSize, problems: ProblemList): void {
  const names = field.args.map(({ name }) => name);
  for (const name of size.slicingArguments) {
    // A dotted name reaches into an input object, as IBM's specification allows.
    const [root = name] = name.split('.');
    if (names.includes(root)) continue;
    const nearest = nearestName(root, names);
    problems.report(
      'UNKNOWN_SLICING_ARGUMENT',
      text,
      `has no argument "${root}" to slice by${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`,
    );
  }
  const result = getNamedType(field.type);
  const fields = 'getFields' in result ? Object.keys(result.getFields()) : [];
  for (const name of size.sizedFields) {
    if (!fields.includes(name)) {
      problems.report('UNKNOWN_NAME', text, `sizes the field "${name}", which ${result.name} does not have`);
    }
  }
  for (const value of [size.assumedSize, size.defaultSize, size.maximumSize]) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 0)) {
      problems.report('INVALID_DECLARATION', text, 'has a list size that is not a whole number of at least 0');
    }
  }
}
