import type { KeysetBound, KeysetRequest } from '../../db/keyset-page.ts';
import { codedError } from '../../kernel/errors.ts';
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

/** In the shape that Pothos' connection types resolve. What is not selected is not computed. */
export interface Connection<Row> {
  readonly edges: { cursor: string; node: Row }[];
  readonly pageInfo: Promise<PageInfo>;
  readonly totalCount: () => Promise<number>;
}

/**
 * One page by keyset (Relay Cursor Connections §4), with one statement; another one says whether there is more on the
 * side that the page was not read towards, when `pageInfo` is selected and a cursor stands there.
 *
 * @throws PAGE_SIZE_OUT_OF_RANGE, BAD_USER_INPUT
 */
export async function connectionFrom<Row>(
  page: PageArguments,
  cursors: CursorCodec,
  source: PageSource<Row>,
): Promise<Connection<Row>> {
  const { backward, size } = pageSize(page);
  const after = page.after == null ? undefined : { key: cursors.decode(page.after), inclusive: false };
  const before = page.before == null ? undefined : { key: cursors.decode(page.before), inclusive: false };
  const found = await source.rows({ after, before, limit: size + 1, backward });
  const hasMore = found.length > size;
  const rows = found.slice(0, size);
  if (backward) rows.reverse();
  const edges = rows.map((node) => ({ cursor: cursors.encode(source.keyOf(node)), node }));

  const anyAtOrAfter = (bound: KeysetBound | undefined): Promise<boolean> => anyWithin(source, bound, undefined);
  const anyAtOrBefore = (bound: KeysetBound | undefined): Promise<boolean> => anyWithin(source, undefined, bound);

  return {
    edges,
    get pageInfo() {
      return describePage();
    },
    totalCount: () => source.count(),
  };

  async function describePage(): Promise<PageInfo> {
    const [hasPreviousPage, hasNextPage] = await Promise.all([
      (backward && hasMore) || anyAtOrBefore(after),
      (!backward && hasMore) || anyAtOrAfter(before),
    ]);
    return {
      hasNextPage,
      hasPreviousPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    };
  }
}

/** Whether rows stand beyond the cursor that ended a page. The row of the cursor itself counts, if it still exists. */
async function anyWithin<Row>(
  source: PageSource<Row>,
  from: KeysetBound | undefined,
  to: KeysetBound | undefined,
): Promise<boolean> {
  if (!from && !to) return false;
  const found = await source.rows({
    after: from && { ...from, inclusive: true },
    before: to && { ...to, inclusive: true },
    limit: 1,
    backward: to !== undefined,
  });
  return found.length > 0;
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
