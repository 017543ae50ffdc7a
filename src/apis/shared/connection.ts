import type { KeysetBound, KeysetRequest, PageEnds } from '../../db/keyset-page.ts';
import { codedError } from '../../kernel/errors.ts';
import type { ConnectionSelection } from './connection-selection.ts';
import type { CursorCodec, CursorKey } from './cursor.ts';

export const defaultPageSize = 20;
export const largestPageSize = 100;

/** The arguments of a Relay connection; absent and null are the same. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** Where the rows of a connection come from. The order is total: no two rows have the same key. */
export interface PageSource<Row> {
  rows(request: KeysetRequest): Promise<readonly Row[]>;
  /** The places of the same rows, where it is cheaper to read nothing else of them. */
  places?(request: KeysetRequest): Promise<readonly CursorKey[]>;
  /** The places of the first and the last of all but the last that may be read, where it is cheaper to read none between. */
  ends?(request: KeysetRequest): Promise<PageEnds<CursorKey>>;
  keyOf(row: Row): CursorKey;
  /** All rows, on every page. */
  count(): Promise<number>;
}

export interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

/** Its cursor is made, and signed, when it is asked for. */
interface Edge<Row> {
  readonly cursor: string;
  readonly node: Row;
}

/** In the shape that Pothos' connection types resolve. What is not selected is not computed. */
export interface Connection<Row> {
  readonly edges: Edge<Row>[];
  readonly pageInfo: Promise<PageInfo>;
  readonly totalCount: () => Promise<number>;
}

const everything: ConnectionSelection = { page: 'ROWS', hasNextPage: true, hasPreviousPage: true };

/**
 * One page by keyset (Relay Cursor Connections §4), with one statement; another one says whether there is more on the
 * side that the page was not read towards, when that is selected and a cursor stands there. What is not `selected` is not
 * read: of a page without nodes only the places of its rows, of a count alone no row.
 *
 * @throws PAGE_SIZE_OUT_OF_RANGE, BAD_USER_INPUT
 */
export async function connectionFrom<Row>(
  page: PageArguments,
  cursors: CursorCodec,
  source: PageSource<Row>,
  selected: ConnectionSelection = everything,
): Promise<Connection<Row>> {
  const { backward, size } = pageSize(page);
  const after = page.after == null ? undefined : { key: cursors.decode(page.after), inclusive: false };
  const before = page.before == null ? undefined : { key: cursors.decode(page.before), inclusive: false };
  // Of a page of nothing only `pageInfo` can want to know a row.
  const wanted = size === 0 ? 'NOTHING' : selected.page;
  const { edges, foundMore } = await edgesFrom(source, cursors, wanted, { after, before, limit: size + 1, backward });
  if (backward) edges.reverse();

  return {
    // The page itself only when it is selected: its ends are all that is read of it otherwise.
    edges,
    get pageInfo() {
      return describePage();
    },
    totalCount: () => source.count(),
  };

  async function describePage(): Promise<PageInfo> {
    const { hasNextPage, hasPreviousPage } = selected;
    const hasMore =
      size === 0 && (backward ? hasPreviousPage : hasNextPage)
        ? await anyWithin(source, { after, before, backward })
        : foundMore;
    const [more, fewer] = await Promise.all([
      hasNextPage && ((!backward && hasMore) || anyAtOrAfter(source, before)),
      hasPreviousPage && ((backward && hasMore) || anyAtOrBefore(source, after)),
    ]);
    return {
      hasNextPage: more,
      hasPreviousPage: fewer,
      get startCursor() {
        return edges[0]?.cursor ?? null;
      },
      get endCursor() {
        return edges.at(-1)?.cursor ?? null;
      },
    };
  }
}

/** Of all but one of the rows that may be read; whether there was that one, too. */
interface Found<Row> {
  readonly edges: Edge<Row>[];
  readonly foundMore: boolean;
}

async function edgesFrom<Row>(
  source: PageSource<Row>,
  cursors: CursorCodec,
  wanted: ConnectionSelection['page'],
  request: KeysetRequest,
): Promise<Found<Row>> {
  const size = request.limit - 1;
  const allBut = (found: Edge<Row>[]): Found<Row> => ({ edges: found.slice(0, size), foundMore: found.length > size });
  const edgeAt = (place: CursorKey): Edge<Row> => ({
    get node(): Row {
      throw new Error('The node of this edge was not selected, so it was not read.');
    },
    get cursor() {
      return cursors.encode(place);
    },
  });
  switch (wanted) {
    case 'ROWS': {
      const rows = await source.rows(request);
      return allBut(
        rows.map((node) => ({
          node,
          get cursor() {
            return cursors.encode(source.keyOf(node));
          },
        })),
      );
    }
    case 'PLACES':
      return allBut((await placesIn(source, request)).map(edgeAt));
    case 'ENDS': {
      if (!source.ends) return edgesFrom(source, cursors, 'PLACES', request);
      const { ends, found } = await source.ends(request);
      return { edges: ends.map(edgeAt), foundMore: found > size };
    }
    case 'NOTHING':
      return { edges: [], foundMore: false };
  }
}

async function placesIn<Row>(source: PageSource<Row>, request: KeysetRequest): Promise<readonly CursorKey[]> {
  return source.places ? source.places(request) : (await source.rows(request)).map((row) => source.keyOf(row));
}

async function anyWithin<Row>(source: PageSource<Row>, range: Omit<KeysetRequest, 'limit'>): Promise<boolean> {
  return (await placesIn(source, { ...range, limit: 1 })).length > 0;
}

/** Whether rows stand beyond the cursor that ended a page. The row of the cursor itself counts, if it still exists. */
async function anyAtOrAfter<Row>(source: PageSource<Row>, bound: KeysetBound | undefined): Promise<boolean> {
  if (!bound) return false;
  return anyWithin(source, { after: { ...bound, inclusive: true }, before: undefined, backward: false });
}

async function anyAtOrBefore<Row>(source: PageSource<Row>, bound: KeysetBound | undefined): Promise<boolean> {
  if (!bound) return false;
  return anyWithin(source, { after: undefined, before: { ...bound, inclusive: true }, backward: true });
}

/** The gate has refused bad sizes before a key's query runs; callers without a gate are refused here. */
function pageSize({ first, last }: PageArguments): { backward: boolean; size: number } {
  if (first != null && last != null) {
    throw codedError('BAD_USER_INPUT', 'Give `first` or `last`, not both: a page is read from one end.');
  }
  const size = first ?? last ?? defaultPageSize;
  if (!(size >= 0 && size <= largestPageSize)) {
    throw codedError('PAGE_SIZE_OUT_OF_RANGE', `\`first\` and \`last\` must be from 0 to ${largestPageSize}.`, {
      maximumSize: largestPageSize,
    });
  }
  return { backward: last != null, size };
}
