/**
 * `sizedFields` are names of lists in the selection of the field that has them, or paths to lists below it, as Apollo
 * writes them: `results { page }`. Between the field and a list stand single objects.
 */
export type SizedField = string;

/** Names on the way to the list, the list last; `undefined` when the text is no path to one list. */
export function sizedPath(text: SizedField): readonly string[] | undefined {
  const [, name, braces, inner = ''] = /^\s*([_A-Za-z][_0-9A-Za-z]*)\s*(\{(.*)\}\s*)?$/s.exec(text) ?? [];
  if (name === undefined) return undefined;
  if (braces === undefined) return [name];
  const below = sizedPath(inner);
  return below && [name, ...below];
}

/** A path in its one spelling. */
export function sizedField(path: readonly string[]): SizedField {
  return path.reduceRight((below, name) => (below === '' ? name : `${name} { ${below} }`), '');
}

/** What goes on below a field of the selection. */
export function sizedBelow(sized: readonly SizedField[], name: string): readonly SizedField[] {
  const start = `${name} { `;
  return sized.filter((text) => text.startsWith(start)).map((text) => text.slice(start.length, -2));
}
