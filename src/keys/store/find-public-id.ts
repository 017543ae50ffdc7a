import { eq, inArray } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { apiKey, apiKeySecret } from '../../db/schema/index.ts';

/** Public id of the key that has a secret with one of these hashes (one secret under several peppers); one statement. */
export async function findPublicId(queries: Queries, hashes: readonly Uint8Array[]): Promise<string | undefined> {
  const [row] = await queries
    .select({ publicId: apiKey.publicId })
    .from(apiKeySecret)
    .innerJoin(apiKey, eq(apiKey.id, apiKeySecret.apiKeyId))
    .where(inArray(apiKeySecret.hash, [...hashes]))
    .limit(1);
  return row?.publicId;
}
