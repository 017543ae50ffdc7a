import { asError } from '../kernel/errors.ts';
import { isPromise } from '../kernel/is-promise.ts';

/** What happens to the items of a list when they are there. */
export interface ItemCount {
  /** Called for each item, before it is known what it is. */
  readonly onRead?: () => void;
  /** Called for each item that is neither null nor an error. */
  readonly onItem: () => void;
}

/** How many items a list may have; of nested lists all together. */
export interface ListBound {
  readonly bound: number;
  /** The error of the field when there are more; told how many were seen. */
  readonly tooLong: (length: number) => Error;
}

/** Counts a result that is no list. */
export function countOne(value: unknown, onItem: () => void): unknown {
  if (isPromise(value)) return value.then((settled) => countOne(settled, onItem));
  if (value !== null && value !== undefined && !(value instanceof Error)) onItem();
  return value;
}

/**
 * Counts the items of a list, `depth` levels of lists deep. One that is longer than its bound is no list at all: it throws
 * before an item of it was counted, and nothing is read beyond the bound. Without a bound items are counted as they are
 * read, so that whoever counts can stop it. What is no list is left to the executor; so are asynchronous iterables, which
 * are no lists to it and which nobody reads.
 */
export function countItems(value: unknown, depth: number, count: ItemCount, within?: ListBound): unknown {
  if (isPromise(value)) return value.then((settled) => countItems(settled, depth, count, within));
  if (!within) return countEach(value, depth, count);
  const read = readWithin(value, depth, { ...within, seen: 0, lists: new Map() });
  return isPromise(read) ? read.then((lists) => countEach(lists, depth, count)) : countEach(read, depth, count);
}

/** An array of plain values is returned as it is; other iterables are read when the executor reads the result. */
function countEach(value: unknown, depth: number, count: ItemCount): unknown {
  if (isPromise(value)) return value.then((settled) => countEach(settled, depth, count));
  if (!isItemIterable(value)) return value;
  const each = (item: unknown): unknown => {
    if (depth > 1) return countEach(item, depth - 1, count);
    count.onRead?.();
    return countOne(item, count.onItem);
  };
  if (!Array.isArray(value)) return mapWhenRead(value, each);
  try {
    return mapLazily(value, each);
  } catch (thrown) {
    letGo(value);
    throw thrown;
  }
}

/** Items of all lists of one result that were read. */
interface Reading extends ListBound {
  seen: number;
  /** Lists that iterables gave, by their depth: of empty ones without end no item would ever be one too many. */
  readonly lists: Map<number, number>;
}

/** The lists as arrays, without waiting for their items; it waits for lists in a list, since all share the bound. */
function readWithin(value: unknown, depth: number, reading: Reading): unknown {
  if (!isItemIterable(value)) return value;
  if (depth === 1 && Array.isArray(value)) {
    reading.seen += value.length;
    if (reading.seen <= reading.bound) return value;
    letGo(value);
    throw reading.tooLong(reading.seen);
  }
  const items: unknown[] = [];
  try {
    for (const item of value) {
      if (depth > 1) {
        if (!Array.isArray(value)) noteList(depth, reading);
        items.push(isPromise(item) ? whenThere(item, depth - 1, reading) : readWithin(item, depth - 1, reading));
      } else {
        items.push(item);
        if (++reading.seen > reading.bound) throw reading.tooLong(reading.seen);
      }
    }
  } catch (thrown) {
    letGo(items);
    if (Array.isArray(value)) letGo(value);
    throw thrown;
  }
  return depth > 1 && items.some(isPromise) ? allLists(items) : items;
}

/** Lists that an iterable may give beyond the bound of its items, since some may be empty. An array has an end. */
const mostEmptyLists = 1_000;

function noteList(depth: number, { lists, bound, tooLong }: Reading): void {
  const seen = (lists.get(depth) ?? 0) + 1;
  lists.set(depth, seen);
  if (seen > bound + mostEmptyLists) throw tooLong(seen);
}

/** A list that fails by itself is the error of its place. */
class FailedList {
  readonly error: Error;

  constructor(thrown: unknown) {
    this.error = asError(thrown);
  }
}

async function whenThere(list: PromiseLike<unknown>, depth: number, reading: Reading): Promise<unknown> {
  let settled: unknown;
  try {
    settled = await list;
  } catch (thrown) {
    return new FailedList(thrown);
  }
  return readWithin(settled, depth, reading);
}

async function allLists(lists: readonly unknown[]): Promise<unknown> {
  try {
    const settled = await Promise.all(lists);
    return settled.map((list) => (list instanceof FailedList ? list.error : list));
  } catch (thrown) {
    letGo(lists);
    throw thrown;
  }
}

/** Nobody waits for them: that they fail must not end the process. */
function letGo(items: readonly unknown[]): void {
  for (const item of items) {
    if (isPromise(item)) item.then(letGoList, () => {});
    else letGoList(item);
  }
}

function letGoList(value: unknown): void {
  if (Array.isArray(value)) letGo(value);
}

/** The same array when no item changes. */
function mapLazily(items: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  let changed: unknown[] | undefined;
  try {
    for (const [index, item] of items.entries()) {
      const result = change(item);
      if (result !== item && !changed) changed = items.slice(0, index);
      changed?.push(result);
    }
  } catch (thrown) {
    letGo(changed ?? []);
    throw thrown;
  }
  return changed ?? items;
}

function* mapWhenRead(items: Iterable<unknown>, change: (item: unknown) => unknown): Generator<unknown> {
  for (const item of items) yield change(item);
}

function isItemIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
