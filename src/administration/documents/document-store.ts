import { and, count, inArray } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { type KeysetRequest, keysetStatement } from '../../db/keyset-page.ts';
import { document } from '../../db/schema/index.ts';

/** A registered document as administrators see it. */
export interface DocumentDetails {
  /** Hex SHA-256 of the text. */
  readonly hash: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

const columns = [document.createdAt, document.hash] as const;

/** Those of the documents that are registered, in the order of the hashes. */
export async function findDocuments(queries: Queries, hashes: readonly string[]): Promise<readonly DocumentDetails[]> {
  const rows = await queries
    .select()
    .from(document)
    .where(inArray(document.hash, [...hashes]));
  const byHash = new Map(rows.map((row) => [row.hash, row]));
  return hashes.flatMap((hash) => byHash.get(hash) ?? []);
}

/** In the order in which they were registered. */
export async function listDocuments(queries: Queries, request: KeysetRequest): Promise<readonly DocumentDetails[]> {
  const keyset = keysetStatement(columns, 'ASC', request);
  return queries
    .select()
    .from(document)
    .where(and(keyset.after, keyset.before))
    .orderBy(...keyset.orderBy)
    .limit(keyset.limit);
}

/** The document's place in that order. */
export function documentPlace({ createdAt, hash }: DocumentDetails): readonly (string | number)[] {
  return [createdAt, hash];
}

export async function countDocuments(queries: Queries): Promise<number> {
  const [row] = await queries.select({ documents: count() }).from(document);
  return row?.documents ?? 0;
}
