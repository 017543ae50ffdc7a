import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import { nearestName } from '../../kernel/nearest-name.ts';
import type { ListSize } from '../compiled-schema.ts';
import type { ListSizeDeclaration } from '../declarations.ts';
import type { ProblemList } from '../schema-declaration-error.ts';
import { sizedPath } from '../sized-fields.ts';
import { readField } from './read-declarations.ts';

type OutputField = GraphQLField<unknown, unknown>;

/**
 * Reports a list size that names what does not exist, or that means nothing (IBM GraphQL Cost Directives specification,
 * "List Size" and its validation): it would be taken for a bound, and bound nothing.
 */
export function checkListSize(text: string, field: OutputField, size: ListSize, problems: ProblemList): void {
  const declared = readField(field).cost?.listSize;
  const invalid = (message: string) => problems.report('INVALID_DECLARATION', text, message);
  for (const name of size.slicingArguments) checkSlicing(text, field, name, size.maximumSize, problems);
  for (const sized of size.sizedFields) checkSized(text, field, sized, problems);
  for (const value of [size.assumedSize, size.defaultSize, size.maximumSize]) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 0)) {
      invalid('has a list size that is not a whole number of at least 0');
    }
  }
  if (declared === undefined) return;
  if (!isListType(getNullableType(field.type)) && size.sizedFields.length === 0) {
    invalid('has a list size and is no list; say with sizedFields which lists below it are meant');
  }
  if (size.assumedSize === undefined && size.defaultSize === undefined && size.slicingArguments.length === 0) {
    invalid('has a list size that says no size; give it an assumedSize or slicingArguments');
  }
  if (declared.maximumSize !== undefined && size.slicingArguments.length === 0) {
    invalid('has a maximumSize, which is of slicing arguments, and has none');
  }
  if (size.defaultSize !== undefined && size.defaultSize > size.maximumSize) {
    invalid(`has a defaultSize of ${size.defaultSize}, above its maximumSize of ${size.maximumSize}`);
  }
  const never = neverCounts(field, size, declared);
  if (never !== undefined) invalid(`has an assumedSize that never counts: ${never}`);
}

/** It is the length when no slicing argument is given, so there must be a request in which none is. */
function neverCounts(field: OutputField, size: ListSize, declared: ListSizeDeclaration): string | undefined {
  if (declared.assumedSize === undefined || size.slicingArguments.length === 0) return undefined;
  if (size.requireOneSlicingArgument) return 'a slicing argument is required (requireOneSlicingArgument)';
  const always = field.args.find(({ name, type, defaultValue }) => {
    return size.slicingArguments.includes(name) && (isNonNullType(type) || defaultValue != null);
  });
  return always && `the argument ${always.name} always has a value`;
}

function checkSlicing(
  text: string,
  field: OutputField,
  name: string,
  maximumSize: number,
  problems: ProblemList,
): void {
  // A dotted name reaches into an input object.
  const [root = name, ...below] = name.split('.');
  const names = field.args.map((argument) => argument.name);
  let type: GraphQLInputType | undefined = field.args.find((argument) => argument.name === root)?.type;
  if (type === undefined) {
    const nearest = nearestName(root, names);
    const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
    problems.report('UNKNOWN_SLICING_ARGUMENT', text, `has no argument "${root}" to slice by${hint}`);
    return;
  }
  for (const part of below) {
    const object: GraphQLInputType = getNullableType(type);
    const next: GraphQLInputType | undefined = isInputObjectType(object) ? object.getFields()[part]?.type : undefined;
    if (next === undefined) {
      problems.report('UNKNOWN_SLICING_ARGUMENT', text, `has no "${part}" in "${name}" to slice by`);
      return;
    }
    type = next;
  }
  const sliced = getNullableType(type);
  if (isListType(sliced) || isLengthType(sliced)) {
    const length = defaultLength(field, name);
    if (length === undefined || (length >= 0 && length <= maximumSize)) return;
    const message = `slices by "${name}", whose default is ${length}, and pages are from 0 to ${maximumSize}: whoever leaves it out would be refused`;
    problems.report('INVALID_DECLARATION', text, message);
    return;
  }
  const message = `slices by "${name}", which is a ${sliced}: only an Int says a length, or a scalar of the API that is a whole number, and a list by its own`;
  problems.report('INVALID_DECLARATION', text, message);
}

/** What the argument's own default says, down to the part that is sliced by. */
export function defaultLength(field: OutputField, path: string): number | undefined {
  const [root, ...below] = path.split('.');
  let value: unknown = field.args.find(({ name }) => name === root)?.defaultValue;
  for (const part of below) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, part) ? Reflect.get(value, part) : undefined;
  }
  if (Array.isArray(value)) return value.length;
  return typeof value === 'number' ? value : undefined;
}

/** `Int`, or a scalar of the API's own, such as `PositiveInt`: what its values are, each request tells. */
export function isLengthType(type: GraphQLType): boolean {
  return isScalarType(type) && (type.name === 'Int' || !isSpecifiedScalarType(type));
}

function checkSized(text: string, field: OutputField, sized: string, problems: ProblemList): void {
  const path = sizedPath(sized);
  if (path === undefined) {
    problems.report(
      'INVALID_DECLARATION',
      text,
      `sizes "${sized}", which is no path to one list, as results { page } is`,
    );
    return;
  }
  let type: GraphQLOutputType = field.type;
  for (const [index, name] of path.entries()) {
    const named = getNamedType(type);
    const next: OutputField | undefined =
      isObjectType(named) || isInterfaceType(named) ? named.getFields()[name] : undefined;
    if (next === undefined) {
      problems.report('UNKNOWN_NAME', text, `sizes the field "${name}", which ${named.name} does not have`);
      return;
    }
    type = next.type;
    const isLast = index === path.length - 1;
    if (isLast && !isListType(getNullableType(type))) {
      problems.report('INVALID_DECLARATION', text, `sizes the field "${name}", which is no list`);
    }
    if (!isLast && (!isObjectType(getNullableType(type)) || readField(next).cost?.listSize !== undefined)) {
      const message = `sizes through the field "${name}", which must be a single object without a list size of its own`;
      problems.report('INVALID_DECLARATION', text, message);
      return;
    }
  }
}
