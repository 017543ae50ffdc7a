/** Documents over the whole Places schema, with the arguments that make a database work. */
export type Pick = <Value>(values: readonly Value[]) => Value;

const texts = ['', 'a', 'S', 'San', 'zzzz', 'é', 'ü', 'x', 'ville', 'New ', 'Saint-', 'Q', 'Zz'];
const codes = ['US', 'CN', 'FR', 'DE', 'IN', 'VA', 'CH', 'RU', 'ZZ'];
const sizes = [0, 1, 2, 10, 50, 100];
const places = [
  '48.85, longitude: 2.35',
  '35.7, longitude: 139.7',
  '40.7, longitude: -74',
  '0, longitude: 179.9',
  '90, longitude: 0',
  '-40, longitude: -30',
  '51.5, longitude: 7',
  '23.1, longitude: 113.3',
];
const radii = [0.1, 5, 50, 200, 500];
const populations = [
  '{ gte: 0 }',
  '{ gte: 1000000 }',
  '{ lte: 0 }',
  '{ gte: 5, lte: 6 }',
  '{ eq: 0 }',
  '{ in: [1, 2, 3] }',
];

const quoted = (text: string): string => JSON.stringify(text);

function textFilter(pick: Pick, values: readonly string[]): string {
  const value = quoted(pick(values));
  return pick([
    `{ eq: ${value} }`,
    `{ in: [${values.map(quoted).join(', ')}] }`,
    `{ startsWith: ${value} }`,
    `{ contains: ${value} }`,
    `{ startsWith: ${value}, contains: ${quoted(pick(values))} }`,
  ]);
}

function cityFilter(pick: Pick): string {
  const parts = [
    () => `name: ${textFilter(pick, texts)}`,
    () => `alternateName: ${textFilter(pick, texts)}`,
    () => `countryCode: ${textFilter(pick, codes)}`,
    () => `adminCode: ${textFilter(pick, ['01', 'CA', 'zz', 'A'])}`,
    () => `featureCode: ${textFilter(pick, ['PPL', 'PPLC', 'PPLX', 'zz'])}`,
    () => `population: ${pick(populations)}`,
  ];
  const first = pick(parts);
  const second = pick(parts.filter((part) => part !== first));
  return `filter: { ${pick([first(), `${first()}, ${second()}`])} }`;
}

function page(pick: Pick, cursors: readonly string[]): string {
  const size = pick(sizes);
  const cursor = cursors.length > 0 ? pick(['', '', `, after: ${quoted(pick(cursors))}`]) : '';
  return pick([`first: ${size}${cursor}`, `first: ${size}`, `last: ${size}`]);
}

const order = (pick: Pick): string =>
  `orderBy: { field: ${pick(['ID', 'NAME', 'POPULATION'])}, direction: ${pick(['ASC', 'DESC'])} }`;

function cityArguments(pick: Pick): string {
  return [page(pick, []), ...pick([[], [cityFilter(pick)], [cityFilter(pick)]]), ...pick([[], [order(pick)]])].join(
    ', ',
  );
}

const cityFields = (pick: Pick): string =>
  pick([
    'name',
    'name country { name }',
    'id name editorNotes',
    `name nearby(radiusKm: ${pick(radii)}, first: ${pick([0, 1, 10])}) { name }`,
    `name country { name cities(first: 1) { nodes { name } } }`,
  ]);

const connectionFields = (pick: Pick): string =>
  pick([
    `nodes { ${cityFields(pick)} }`,
    `nodes { ${cityFields(pick)} }`,
    'totalCount',
    'pageInfo { hasNextPage hasPreviousPage }',
    `totalCount pageInfo { hasNextPage } edges { cursor node { ${cityFields(pick)} } }`,
  ]);

/** One field of Query, to be asked for several times. */
export function worstField(pick: Pick): () => string {
  const shape = pick(['CITIES', 'CITIES', 'CITIES', 'NEAR', 'SEARCH', 'COUNTRIES', 'COUNTRY', 'BORDERS'] as const);
  switch (shape) {
    case 'CITIES': {
      const [given, selected] = [cityArguments(pick), connectionFields(pick)];
      return () => `cities(${given}) { ${selected} }`;
    }
    case 'NEAR': {
      const [place, radius, size] = [pick(places), pick(radii), pick([0, 1, 1, 10, 100])];
      return () => `citiesNear(latitude: ${place}, radiusKm: ${radius}, first: ${size}) { name }`;
    }
    case 'SEARCH': {
      const [text, size] = [pick(texts.slice(1)), pick([0, 1, 10, 100])];
      return () => `searchPlaces(text: ${quoted(text)}, first: ${size}) { name }`;
    }
    case 'COUNTRIES': {
      const [size, filter] = [pick(sizes), pick(['', `, filter: { name: ${textFilter(pick, texts)} }`])];
      const selected = pick([
        'nodes { name }',
        'totalCount',
        `nodes { cities(${cityArguments(pick)}) { ${connectionFields(pick)} } }`,
      ]);
      return () =>
        `countries(first: ${Math.min(size, selected.includes('cities') ? 10 : 100)}${filter}) { ${selected} }`;
    }
    case 'COUNTRY': {
      const [given, selected] = [cityArguments(pick), connectionFields(pick)];
      return () => `country(code: ${quoted(pick(codes))}) { name cities(${given}) { ${selected} } }`;
    }
    case 'BORDERS': {
      const code = pick(['CN', 'RU', 'FR', 'DE']);
      const below = pick(['name', 'borders { name }', 'cities(first: 1) { nodes { name } }']);
      return () => `country(code: ${quoted(code)}) { borders { ${below} } }`;
    }
  }
}

/** The field under `count` aliases. */
export function repeated(field: () => string, count: number): string {
  return `{ ${Array.from({ length: count }, (_, index) => `a${index}: ${field()}`).join(' ')} }`;
}
