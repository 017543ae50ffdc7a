import type { Pick } from './places-documents.ts';

export interface WideDocument {
  readonly query: string;
  /** For the key that may read little, whose denied fields are null. */
  readonly isDenied: boolean;
}

const cityLeaves = ['id', 'name', 'population', '__typename', 'createdAt', 'featureCode'];
const countryLeaves = ['id', 'name', 'officialName', '__typename', 'code'];
const pageLeaves = ['endCursor', 'startCursor', 'hasNextPage', '__typename'];

/** Aliases that make leaves long: how often each stands there, how long its name is, and how many rows have it. */
export function wideDocument(pick: Pick): WideDocument {
  const isDenied = pick([false, false, true]);
  const length = pick([1, 8, 60, 400]);
  const aliases = (of: string, count: number): string =>
    Array.from({ length: count }, (_, index) => `${'a'.repeat(length)}${index}: ${of}`).join(' ');
  // A document has at most 100 KB.
  const most = Math.floor(60_000 / (length + 24));
  const leaves = (names: readonly string[]): string =>
    Array.from({ length: pick([1, 1, 2, 4]) }, () => aliases(pick(names), Math.min(most, pick([1, 3, 10, 40])))).join(
      ' ',
    );
  const rows = pick([1, 10, 100]);
  const pages = pick([1, 3, 10]);
  const selection = pick([
    () => `nodes { ${leaves(cityLeaves)} }`,
    () => `edges { ${aliases('cursor', Math.min(most, pick([1, 4, 20])))} node { ${leaves(cityLeaves)} } }`,
    () => `edges { ${aliases('cursor', Math.min(most, pick([1, 4, 20])))} }`,
    () => `pageInfo { ${leaves(pageLeaves)} }`,
    () => `nodes { country { ${leaves(countryLeaves)} } }`,
    () => `${aliases('totalCount', pick([1, 10]))} ${aliases('__typename', pick([1, 40]))}`,
  ])();
  const asked = Array.from({ length: pages }, (_, index) => `p${index}: cities(first: ${rows}) { ...C }`).join(' ');
  return { query: `{ ${asked} } fragment C on CityConnection { ${uniquely(selection)} }`, isDenied };
}

/** Each alias once: two leaves under one name would be refused. */
function uniquely(selection: string): string {
  let count = 0;
  return selection.replaceAll(/(a+)\d+:/g, (_, letters: string) => `${letters}${count++}:`);
}
