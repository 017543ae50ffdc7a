/** What happens to the items of a result when they are there. */
export interface ItemCount {
  /** Called for each item that is neither null nor an error. */
  readonly onItem: () => void;
  /** Called with the length of the list that went over the bound, before the rest of it is cut off. */
  readonly onTooLong: (length: number) => void;
  /** Items that are left within the bound; of nested lists all together. */
  left: number;
}

/** Counts a result that is no list. */
export function countOne(value: unknown, onItem: () => void): unknown {
  if (isPromise(value)) return value.then((settled) => countOne(settled, onItem));
  if (value !== null && value !== undefined && !(value instanceof Error)) onItem();
  return value;
}

/**
 * Counts the items of a list, `depth` levels of lists deep, and cuts off what is over its bound. A list of plain values
 * that fits is returned as it is; other iterables are read once, and returned as arrays.
 */
export function countItems(value: unknown, depth: number, count: ItemCount): unknown {
  if (isPromise(value)) return value.then((settled) => countItems(settled, depth, count));
  if (!isItemIterable(value)) return value;
  const items: readonly unknown[] = Array.isArray(value) ? value : [...value];
  if (depth > 1) return items.map((list) => countItems(list, depth - 1, count));
  const kept = items.length > count.left ? cut(items, count) : items;
  count.left -= kept.length;
  return mapLazily(kept, (item) => countOne(item, count.onItem));
}

function cut(items: readonly unknown[], count: ItemCount): readonly unknown[] {
  // Nobody waits for what is cut off: that it failed must not end the process.
  for (const item of items.slice(count.left)) if (isPromise(item)) item.then(undefined, () => {});
  count.onTooLong(items.length);
  return items.slice(0, count.left);
}

/** The same array when no item changes. */
function mapLazily(items: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  let changed: unknown[] | undefined;
  for (const [index, item] of items.entries()) {
    const result = change(item);
    if (result !== item && !changed) changed = items.slice(0, index);
    changed?.push(result);
  }
  return changed ?? items;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function isItemIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
