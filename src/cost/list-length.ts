import { ownValue } from '../kernel/own-value.ts';
import type { CompiledField, ListSize } from '../plan/compiled-schema.ts';
import type { ArgumentValues } from './own-cost.ts';
import { unbounded } from './points.ts';

/** Most items that a call can return, or why that cannot be said. */
export type ListLength =
  /** `mayBeLonger`: assumed, and a longer list is served and charged. */
  | { readonly kind: 'LENGTH'; readonly length: number; readonly mayBeLonger: boolean }
  | { readonly kind: 'REFUSED'; readonly code: PageSizeCode; readonly message: string };

export type PageSizeCode = 'SLICING_ARGUMENT_REQUIRED' | 'PAGE_SIZE_OUT_OF_RANGE';

/**
 * By the slicing arguments that are given (null counts as absent, a schema default as given, of a list its length), the
 * largest of them; else the assumed size or the default page. A dotted name is a path into an input object.
 */
export function listLength(size: ListSize, values: ArgumentValues): ListLength {
  let given = 0;
  let largest = 0;
  for (const name of size.slicingArguments) {
    const value = name.includes('.') ? name.split('.').reduce<unknown>(property, values) : ownValue(values, name);
    if (value === undefined || value === null) continue;
    const length = lengthSaid(value);
    if (length === undefined) return noWholeNumber(name, size.maximumSize);
    if (!(length >= 0 && length <= size.maximumSize)) return outOfRange(name, length, size.maximumSize);
    given++;
    largest = Math.max(largest, length);
  }
  if (size.requireOneSlicingArgument && size.slicingArguments.length > 0 && given !== 1) return notExactlyOne(size);
  if (given > 0) return { kind: 'LENGTH', length: largest, mayBeLonger: false };
  const length = size.assumedSize ?? size.defaultSize;
  if (length !== undefined) return { kind: 'LENGTH', length, mayBeLonger: size.mayBeLonger };
  return size.slicingArguments.length > 0
    ? notExactlyOne(size)
    : { kind: 'LENGTH', length: unbounded, mayBeLonger: false };
}

/** Of the field itself when it is a list, or of the fields that it sizes; 1 when there is no list. */
export function lengthOf(field: CompiledField, values: ArgumentValues): ListLength {
  if (field.listSize) return listLength(field.listSize, values);
  const paidByItem = field.possibleTypes.length > 0 || field.leafWeight > 0;
  return field.isList && paidByItem ? noEnd : one;
}

export const one: ListLength = { kind: 'LENGTH', length: 1, mayBeLonger: false };
const noEnd: ListLength = { kind: 'LENGTH', length: unbounded, mayBeLonger: false };

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? ownValue(value, name) : undefined;
}

/** A scalar of the API may be anything; only a whole number says a length. */
function lengthSaid(value: unknown): number | undefined {
  if (Array.isArray(value)) return value.length;
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}

function noWholeNumber(name: string, maximum: number): ListLength {
  const message = `The argument ${name} is no whole number; it must be one from 0 to ${maximum}.`;
  return { kind: 'REFUSED', code: 'PAGE_SIZE_OUT_OF_RANGE', message };
}

function outOfRange(name: string, length: number, maximum: number): ListLength {
  return {
    kind: 'REFUSED',
    code: 'PAGE_SIZE_OUT_OF_RANGE',
    message: `The argument ${name} is ${length}; it must be from 0 to ${maximum}.`,
  };
}

function notExactlyOne({ slicingArguments }: ListSize): ListLength {
  const [only, ...others] = slicingArguments;
  return {
    kind: 'REFUSED',
    code: 'SLICING_ARGUMENT_REQUIRED',
    message:
      others.length === 0
        ? `The argument ${only} must be given: it bounds the length of the list.`
        : `Exactly one of the arguments ${slicingArguments.join(', ')} must be given: it bounds the length of the list.`,
  };
}
