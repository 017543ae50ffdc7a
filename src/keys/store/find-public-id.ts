import { eq, inArray } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { apiKey, apiKeySecret } from '../../db/schema/index.ts';

/** Public id of the key that has a secret with one of these hashes (one secret under several peppers); one statement. */
export async function findPublicId(queries: Queries, hashes: readonly Uint8Array[]): Promise<string | undefined> {
  const [publicId] = await findPublicIds(queries, [hashes]);
  return publicId;
}

/** The same of some secrets, in their order; one statement. */
export async function findPublicIds(
  queries: Queries,
  secrets: readonly (readonly Uint8Array[])[],
): Promise<readonly (string | undefined)[]> {
  const rows = await queries
    .select({ publicId: apiKey.publicId, hash: apiKeySecret.hash })
    .from(apiKeySecret)
    .innerJoin(apiKey, eq(apiKey.id, apiKeySecret.apiKeyId))
    .where(inArray(apiKeySecret.hash, secrets.flat()));
  const byHash = new Map(rows.map(({ hash, publicId }) => [nameOf(hash), publicId]));
  return secrets.map((hashes) => hashes.map((hash) => byHash.get(nameOf(hash))).find((publicId) => publicId));
}

function nameOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64');
}
