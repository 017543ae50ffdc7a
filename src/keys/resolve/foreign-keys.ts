import { boundedCache, boundOfEntries } from '../../kernel/bounded-cache.ts';
import type { Clock } from '../../kernel/clock.ts';
import { digestOf, hashDigest, type Peppers } from '../token/secret-hash.ts';

/** Public id of the key that has one of these hashes. */
export type FindByHashes = (hashes: readonly Uint8Array[]) => Promise<string | undefined>;

export interface ForeignKeysOptions {
  readonly clock: Clock;
  readonly peppers: Peppers;
  /** How it is looked up, unless whoever asks says otherwise; one statement. */
  readonly find: FindByHashes;
}

export interface ForeignKeys {
  /** Public id of the key that the token is, or was, a secret of. */
  publicIdOf(token: string, find?: FindByHashes): Promise<string | undefined>;
  /** The token is no secret of that key any more: it may have become one of another. */
  disproved(token: string): void;
  /** Something changed: what was unknown may be known now. */
  forgetUnknown(): void;
}

export const foreignKeysBounds = {
  known: boundOfEntries('imported tokens, by hash, with the key of each', 20_000, 300),
  unknown: boundOfEntries('tokens of other formats that belong to no key, by hash', 20_000, 250),
};
const unknownAgeMs = 5_000;

/**
 * An imported token does not carry the public id of its key, so that is looked up by hash: no more. Everything else
 * (whether the token proves that key, its status, what is cached of it and when that is forgotten) goes the way of every
 * key. A token stays that of its key while the key has the secret, so only answers that it belongs to none grow old.
 * Nothing is kept by which a token could be found: the entries are its hash under the pepper.
 */
export function createForeignKeys({ clock, peppers, find: findAtOnce }: ForeignKeysOptions): ForeignKeys {
  const known = boundedCache<string, string>(foreignKeysBounds.known);
  const unknown = boundedCache<string, number>(foreignKeysBounds.unknown);
  /** Counts changes: an answer that was under way when one came says nothing about what is there now. */
  let changes = 0;

  function placeOf(digest: Uint8Array): string {
    return Buffer.from(hashDigest(digest, peppers.current)).toString('base64');
  }

  return {
    async publicIdOf(token, find = findAtOnce) {
      const digest = digestOf(token);
      const place = placeOf(digest);
      const publicId = known.get(place);
      if (publicId !== undefined) return publicId;
      const since = unknown.get(place);
      if (since !== undefined && clock.monotonic() - since < unknownAgeMs) return undefined;
      const asOf = changes;
      const found = await find(peppers.all.map((pepper) => hashDigest(digest, pepper)));
      if (found !== undefined) known.set(place, found);
      else if (asOf === changes) unknown.set(place, clock.monotonic());
      return found;
    },
    disproved(token) {
      if (known.size > 0) known.delete(placeOf(digestOf(token)));
    },
    forgetUnknown() {
      changes += 1;
      unknown.clear();
    },
  };
}
