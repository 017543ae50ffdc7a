import { isUuid } from '../../kernel/uuid.ts';

/** In the order of the ids, as a dataloader wants it; null for what does not exist or may not be seen. */
export async function inOrder<Row extends { readonly id: string }>(
  ids: readonly string[],
  find: (ids: readonly string[]) => Promise<readonly Row[]>,
): Promise<(Row | null)[]> {
  const possible = ids.filter(isUuid);
  const rows = possible.length === 0 ? [] : await find(possible);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}
