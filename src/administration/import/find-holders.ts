import { inArray } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { apiKey, apiKeySecret } from '../../db/schema/index.ts';
import { hashDigest, type Peppers } from '../../keys/token/secret-hash.ts';
import type { GivenHash, ImportedSecret } from './imported-secret.ts';

/** Which hashes and public ids are taken, in the database and by the rows before. */
export interface Holders {
  /** Id of the key that has this secret. */
  ofHash(secret: ImportedSecret, given: GivenHash): string | undefined;
  hasId(publicId: string): boolean;
  add(secret: ImportedSecret, apiKeyId: string): void;
}

/** Two statements, each by an index. A secret that is there under a former pepper is found too, when its SHA-256 is given. */
export async function findHolders(
  within: Queries,
  peppers: Peppers,
  given: readonly GivenHash[],
  secrets: readonly ImportedSecret[],
): Promise<Holders> {
  const byHash = new Map<string, string>();
  const ids = new Set<string>();
  const hashes = [...secrets.map(({ hash }) => hash), ...given.flatMap((one) => formerHashes(one, peppers))];
  const publicIds = secrets.map(({ publicId }) => publicId);
  if (hashes.length > 0) {
    const taken = await within
      .select({ publicId: apiKey.publicId })
      .from(apiKey)
      .where(inArray(apiKey.publicId, publicIds));
    for (const { publicId } of taken) ids.add(publicId);
    const held = await within
      .select({ id: apiKeySecret.apiKeyId, hash: apiKeySecret.hash })
      .from(apiKeySecret)
      .where(inArray(apiKeySecret.hash, hashes));
    for (const { id, hash } of held) byHash.set(textOf(hash), id);
  }
  return {
    ofHash: ({ hash }, row) =>
      [hash, ...formerHashes(row, peppers)].map((one) => byHash.get(textOf(one))).find((id) => id !== undefined),
    hasId: (publicId) => ids.has(publicId),
    add({ hash, publicId }, apiKeyId) {
      byHash.set(textOf(hash), apiKeyId);
      ids.add(publicId);
    },
  };
}

function formerHashes({ hash, algorithm }: GivenHash, { all, current }: Peppers): readonly Uint8Array[] {
  if (algorithm !== 'SHA256' || !/^[0-9a-fA-F]{64}$/.test(hash)) return [];
  const digest = Buffer.from(hash, 'hex');
  return all.filter((pepper) => pepper !== current).map((pepper) => hashDigest(digest, pepper));
}

function textOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64');
}
