/** Values of several columns that come together: each combination once, and for each row which one it has. */
export interface Dictionary {
  /** One array a column, as PostgreSQL reads it. */
  readonly columns: readonly string[];
  /** One number a row, from 1 on. */
  readonly indexes: string;
}

export function dictionary<Of>(
  rows: readonly { readonly of: Of }[],
  valuesOf: (of: Of) => readonly (string | null)[],
): Dictionary {
  const places = new Map<string, number>();
  const entries: (readonly (string | null)[])[] = [];
  const indexes = rows.map(({ of }) => {
    const values = valuesOf(of);
    const text = values.join('\n');
    let place = places.get(text);
    if (place === undefined) {
      entries.push(values);
      place = entries.length;
      places.set(text, place);
    }
    return place;
  });
  const columns = (entries[0] ?? []).map((_value, column) => arrayOf(entries.map((values) => values[column] ?? null)));
  return { columns, indexes: `{${indexes.join(',')}}` };
}

/** Of any texts; null is NULL. */
function arrayOf(values: readonly (string | null)[]): string {
  const elements = values.map((value) => (value === null ? 'NULL' : `"${value.replace(/[\\"]/g, '\\$&')}"`));
  return `{${elements.join(',')}}`;
}
