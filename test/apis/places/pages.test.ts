import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPlacesSchema } from '../../../src/apis/places/places-schema.ts';
import { city } from '../../../src/apis/places/tables.ts';
import type { Database } from '../../../src/db/database.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { type PlacesClient, placesClient, placesServices } from './support.ts';

let database: Database;
let query: PlacesClient;

beforeAll(async () => {
  database = await openTestDatabase({ places: true });
  // Ties in every order, so that only the id tells rows apart.
  await database.queries.update(city).set({ population: 7 }).where(eq(city.countryCode, 'BR'));
  query = placesClient(buildPlacesSchema(), placesServices(database));
});
afterAll(() => database.close());

const document = `query ($orderBy: CityOrder, $filter: CityFilter, $first: Int, $after: String, $last: Int, $before: String) {
  cities(orderBy: $orderBy, filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id name population } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

interface Order {
  readonly field: string;
  readonly direction: string;
}

interface Edge {
  readonly cursor: string;
  readonly node: { readonly id: string; readonly name: string; readonly population: number };
}

const orders = ['ID', 'NAME', 'POPULATION'].flatMap((field) =>
  ['ASC', 'DESC'].map((direction): Order => ({ field, direction })),
);

/** Every row, read page by page from the start or from the end. */
async function walk(orderBy: Order | null, size: number, backward: boolean): Promise<Edge[]> {
  const rows: Edge[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < 200; page++) {
    const { data, codes } = await query(document, {
      orderBy,
      filter: { countryCode: { in: ['BR', 'FR'] } },
      ...(backward ? { last: size, before: cursor } : { first: size, after: cursor }),
    });
    expect(codes).toEqual([]);
    const { edges, pageInfo } = data.cities;
    expect(pageInfo.startCursor).toBe(edges[0]?.cursor ?? null);
    expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null);
    expect(backward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage).toBe(page > 0);
    if (backward) rows.unshift(...edges);
    else rows.push(...edges);
    if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return rows;
    cursor = backward ? pageInfo.startCursor : pageInfo.endCursor;
  }
  throw new Error('the pages never end');
}

describe.each([null, ...orders])('in the order %j', (orderBy) => {
  test('walking forward and backward gives every row once, in the same order', async () => {
    const forward = await walk(orderBy, 37, false);
    const backward = await walk(orderBy, 23, true);
    const { data } = await query('{ cities(filter: { countryCode: { in: ["BR", "FR"] } }) { totalCount } }');
    expect(forward).toEqual(backward);
    expect(new Set(forward.map(({ node }) => node.id)).size).toBe(forward.length);
    expect(forward.length).toBe(data.cities.totalCount);
    expect(forward.length).toBeGreaterThan(150);
    const names = forward.map(({ node }) => node.name);
    const populations = forward.map(({ node }) => node.population);
    const sign = orderBy?.direction === 'DESC' ? -1 : 1;
    if (orderBy?.field === 'NAME') expect(names).toEqual([...names].sort((a, b) => sign * byCodePoint(a, b)));
    if (orderBy?.field === 'POPULATION') expect(populations).toEqual([...populations].sort((a, b) => sign * (a - b)));
  });

  test('the rows between two cursors are those between them', async () => {
    const rows = await walk(orderBy, 100, false);
    const { data } = await query(document, {
      orderBy,
      filter: { countryCode: { in: ['BR', 'FR'] } },
      after: rows[10]?.cursor,
      before: rows[20]?.cursor,
      first: 100,
    });
    expect(data.cities.edges).toEqual(rows.slice(11, 20));
    expect(data.cities.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  });
});

test.each([
  ['cities { totalCount }', 1],
  ['cities { __typename }', 0],
  ['cities { pageInfo { hasNextPage endCursor } }', 1],
  ['cities { totalCount pageInfo { hasNextPage } nodes { name } }', 2],
  ['countries { totalCount }', 1],
  ['countries(first: 5) { pageInfo { endCursor } }', 1],
  ['countries(first: 10) { nodes { cities(first: 2) { nodes { name } } } }', 2],
  ['countries(first: 10) { nodes { cities(first: 2) { pageInfo { endCursor } } } }', 2],
  [
    'countries(first: 10) { nodes { a: cities(first: 2) { nodes { name } } b: cities(last: 3) { edges { cursor } } } }',
    3,
  ],
])('of %s no more is read than that: statements: %i', async (field, statements) => {
  const before = database.statements;
  expect((await query(`{ ${field} }`)).codes).toEqual([]);
  expect(database.statements - before).toBe(statements);
});

test.each(orders)('a page without nodes ends where the same page with nodes ends, in the order %j', async (orderBy) => {
  const lists = [
    'cities',
    'cities(filter: { adminCode: { eq: "01" } }',
    'cities(filter: { countryCode: { eq: "FR" } }',
  ];
  for (const list of lists) {
    const start = list.includes('(') ? `${list},` : `${list}(`;
    const page = `${start} orderBy: { field: ${orderBy.field}, direction: ${orderBy.direction} }, last: 7)`;
    const pageInfo = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
    const { data, codes } = await query(
      `{ bare: ${page} { ${pageInfo} } whole: ${page} { ${pageInfo} nodes { name } } }`,
    );
    expect(codes).toEqual([]);
    expect(data.bare.pageInfo).toEqual(data.whole.pageInfo);
    expect(data.bare.pageInfo.hasPreviousPage).toBe(true);
  }
});

test.each(orders)('pages of several countries at once are those of each alone, in the order %j', async (orderBy) => {
  const order = `orderBy: { field: ${orderBy.field}, direction: ${orderBy.direction} }`;
  const own = (rest: string) => `cities(${order}, ${rest}) { nodes { id name createdAt country { code } } pageInfo {
    hasNextPage hasPreviousPage startCursor endCursor } }`;
  const codes = ['BR', 'FR', 'VA', 'DE', 'BR'];
  const { data: middle } = await query(
    `{ country(code: "FR") { cities(${order}, first: 5) { pageInfo { endCursor } } } }`,
  );
  const cursor = `"${middle.country.cities.pageInfo.endCursor}"`;
  for (const rest of [
    'first: 4',
    'last: 4',
    'first: 0',
    `first: 100, after: ${cursor}`,
    `last: 3, before: ${cursor}`,
  ]) {
    const together = await query(
      `{ ${codes.map((code, index) => `c${index}: country(code: "${code}") { ${own(rest)} }`).join(' ')} }`,
    );
    expect(together.codes).toEqual([]);
    for (const [index, code] of codes.entries()) {
      // With a condition, a country is asked for alone.
      const alone = await query(
        `{ country(code: "${code}") { ${own(`${rest}, filter: { population: { gte: 0 } }`)} } }`,
      );
      expect(together.data[`c${index}`]).toEqual(alone.data.country);
    }
  }
});

test('a page of which only the ends are told is described as the whole one, whatever is on it', async () => {
  const lists = ['countries(first: 0', 'countries(first: 1', 'countries(last: 2', 'countries(first: 100'];
  lists.push(
    'cities(last: 1',
    'cities(first: 100, filter: { countryCode: { eq: "VA" } }',
    'cities(first: 3, filter: {',
  );
  const pageInfo = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
  for (const list of lists) {
    const page = `${list.endsWith('{') ? `${list} countryCode: { eq: "ZZ" } }` : list})`;
    const { data, codes } = await query(
      `{ bare: ${page} { ${pageInfo} } whole: ${page} { ${pageInfo} edges { cursor } } }`,
    );
    expect(codes).toEqual([]);
    expect(data.bare.pageInfo).toEqual(data.whole.pageInfo);
  }
});

test.each([
  ['adminCode', 'city_admin_code_index', sql`admin_code IN ('4')`],
  ['featureCode', 'city_feature_code_index', sql`feature_code = 'PPLQ'`],
  ['alternateName', 'city_alternate_name_index', sql`strpos(alternate_name, 'zz') > 0`],
])('an index finds what is looked for by %s', async (_, index, condition) => {
  const plan = await database.transaction(async (queries) => {
    // The sample is so small that reading all of it is cheaper.
    await queries.execute(sql`SET LOCAL enable_seqscan = off`);
    return database.rows<{ 'QUERY PLAN': string }>(
      sql`EXPLAIN SELECT * FROM city WHERE ${condition} ORDER BY (name || ''), id LIMIT 101`,
      queries,
    );
  });
  expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain(index);
});

test.each(orders)('a filter by one country lists what the country lists, in the order %j', async (orderBy) => {
  const order = `orderBy: { field: ${orderBy.field}, direction: ${orderBy.direction} }`;
  for (const rest of ['', ', name: { contains: "a" }', ', adminCode: { eq: "11" }']) {
    const own = rest ? `, filter: { ${rest.slice(2)} }` : '';
    const { data, codes } = await query(`{
      cities(first: 50, ${order}, filter: { countryCode: { eq: "FR" }${rest} }) { nodes { id } totalCount pageInfo { endCursor } }
      country(code: "FR") { cities(first: 50, ${order}${own}) { nodes { id } totalCount } }
    }`);
    expect(codes).toEqual([]);
    expect(data.cities).toMatchObject(data.country.cities);
    const next = await query(
      `query ($after: String) {
      cities(after: $after, first: 50, ${order}, filter: { countryCode: { eq: "FR" }${rest} }) { nodes { id country { code } } } }`,
      { after: data.cities.pageInfo.endCursor },
    );
    const before = new Set(data.cities.nodes.map(({ id }: { id: string }) => id));
    for (const node of next.data.cities.nodes) {
      expect(before.has(node.id)).toBe(false);
      expect(node.country.code).toBe('FR');
    }
  }
  const both = await query(
    '{ cities(filter: { countryCode: { eq: "FR", startsWith: "B" } }) { totalCount nodes { id } } }',
  );
  expect(both.data.cities).toEqual({ totalCount: 0, nodes: [] });
});

describe('a cursor', () => {
  const first = async (): Promise<string> => {
    const { data } = await query('{ cities(first: 1) { pageInfo { endCursor } } }');
    return data.cities.pageInfo.endCursor;
  };

  test.each([
    ['another order', (cursor: string) => `cities(after: "${cursor}", orderBy: { field: NAME }) { totalCount }`],
    [
      'another direction',
      (cursor: string) => `cities(after: "${cursor}", orderBy: { field: ID, direction: DESC }) { totalCount }`,
    ],
    ['another field', (cursor: string) => `countries(after: "${cursor}") { totalCount }`],
    [
      'a field of the same type',
      (cursor: string) => `country(code: "FR") { cities(before: "${cursor}") { totalCount } }`,
    ],
    ['itself, changed', (cursor: string) => `cities(after: "${changed(cursor)}") { totalCount }`],
    ['nothing', () => 'cities(after: "") { totalCount }'],
    ['an offset', () => 'cities(after: "YXJyYXljb25uZWN0aW9uOjA=") { totalCount }'],
    ['an endless text', () => `cities(after: "${'A'.repeat(100_000)}") { totalCount }`],
  ])('of %s is refused', async (_what, field) => {
    const { codes } = await query(`{ ${field(await first())} }`);
    expect(codes).toEqual(['BAD_USER_INPUT']);
  });

  test('holds its place when the row it names is gone', async () => {
    const rows = await walk({ field: 'NAME', direction: 'ASC' }, 100, false);
    const gone = rows[5];
    const id = Buffer.from(gone?.node.id ?? '', 'base64')
      .toString()
      .slice('City:'.length);
    await database.queries.delete(city).where(eq(city.id, id));
    const { data } = await query(document, {
      orderBy: { field: 'NAME' },
      filter: { countryCode: { in: ['BR', 'FR'] } },
      after: gone?.cursor,
      first: 2,
    });
    expect(data.cities.edges).toEqual(rows.slice(6, 8));
  });
});

test.each([
  ['first: -1', 'PAGE_SIZE_OUT_OF_RANGE'],
  ['first: 101', 'PAGE_SIZE_OUT_OF_RANGE'],
  ['last: 101', 'PAGE_SIZE_OUT_OF_RANGE'],
  ['last: 2147483647', 'PAGE_SIZE_OUT_OF_RANGE'],
  ['first: 1, last: 1', 'BAD_USER_INPUT'],
])('a page of (%s) is %s', async (page, code) => {
  const all = await query(`{ cities(${page}) { totalCount } }`);
  const french = await query(`{ country(code: "FR") { cities(${page}) { totalCount } } }`);
  const countries = await query(`{ countries(${page}) { totalCount } }`);
  expect([all, french, countries].map(({ codes }) => codes)).toEqual(Array(3).fill([code]));
});

test('a page has 20 rows unless it says otherwise, and may have none', async () => {
  const { data } = await query(`{
    default: cities { edges { cursor } }
    nulls: cities(first: null, after: null, last: null, before: null) { edges { cursor } }
    none: cities(first: 0) { edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  }`);
  expect(data.default.edges).toHaveLength(20);
  expect(data.nulls.edges).toHaveLength(20);
  expect(data.none).toEqual({
    edges: [],
    pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

test('Country.cities are the cities of the country', async () => {
  const { data } = await query(`{ country(code: "NZ") {
    cities(orderBy: { field: POPULATION, direction: DESC }, first: 1) { totalCount nodes { name country { code } } }
  } }`);
  expect(data.country.cities.nodes).toEqual([{ name: 'Auckland', country: { code: 'NZ' } }]);
  expect(data.country.cities.totalCount).toBeLessThan(20);
});

/** With another last character. */
function changed(cursor: string): string {
  return `${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}`;
}

function byCodePoint(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
