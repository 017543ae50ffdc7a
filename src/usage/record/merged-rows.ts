/** One row to be added to a table: what it is of, and its numbers. */
export interface MergedRow<Of> {
  /** Begin of its minute or hour. */
  readonly at: number;
  /** Tells it from the others of its time. */
  readonly name: string;
  readonly of: Of;
  readonly numbers: Float64Array;
}

/**
 * In one order on all instances, so that none waits for another that waits for it; and each row once, because a
 * statement may not touch a row twice.
 * @param merge answers both rows' numbers in one, and leaves them as they are: they are a batch's, which may be tried again
 */
export function mergedRows<Of>(
  rows: MergedRow<Of>[],
  merge: (one: Float64Array, other: Float64Array) => Float64Array,
): readonly MergedRow<Of>[] {
  rows.sort((one, other) => one.at - other.at || (one.name < other.name ? -1 : Number(one.name > other.name)));
  const merged: MergedRow<Of>[] = [];
  for (const row of rows) {
    const last = merged.at(-1);
    if (last?.at === row.at && last.name === row.name) {
      merged[merged.length - 1] = { ...last, numbers: merge(last.numbers, row.numbers) };
    } else merged.push(row);
  }
  return merged;
}

export function addNumbers(one: Float64Array, other: Float64Array): Float64Array {
  return one.map((value, index) => value + (other[index] ?? 0));
}

/** An array as PostgreSQL reads it, of values that need no quotes; null is NULL. */
export function plainArray(values: readonly (string | number | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

export function* chunks<Row>(rows: readonly Row[], size: number): Generator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
}

/** Of milliseconds since the epoch. */
export function timeOf(at: number): string {
  return new Date(at).toISOString();
}
