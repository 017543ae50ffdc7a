import { boundedCache } from '../../kernel/bounded-cache.ts';
import type { Clock } from '../../kernel/clock.ts';
import { digestOf, hashDigest, type Peppers } from '../token/secret-hash.ts';

export interface ForeignKeysOptions {
  readonly clock: Clock;
  readonly peppers: Peppers;
  /** Public id of the key that has one of these hashes; one statement. */
  readonly find: (hashes: readonly Uint8Array[]) => Promise<string | undefined>;
}

export interface ForeignKeys {
  /** Public id of the key that the token is, or was, a secret of. */
  publicIdOf(token: string): Promise<string | undefined>;
  /** The token is no secret of that key any more: it may have become one of another. */
  disproved(token: string): void;
  /** Something changed: what was unknown may be known now. */
  forgetUnknown(): void;
}

const maxKnown = 20_000;
const maxUnknown = 20_000;
const unknownAgeMs = 5_000;

/**
 * An imported token does not carry the public id of its key, so that is looked up by hash: no more. Everything else
 * (whether the token proves that key, its status, what is cached of it and when that is forgotten) goes the way of every
 * key. A token stays that of its key while the key has the secret, so only answers that it belongs to none grow old.
 * Nothing is kept by which a token could be found: the entries are its hash under the pepper.
 */
export function createForeignKeys({ clock, peppers, find }: ForeignKeysOptions): ForeignKeys {
  const known = boundedCache<string, string>(maxKnown);
  const unknown = boundedCache<string, number>(maxUnknown);
  /** Counts changes: an answer that was under way when one came says nothing about what is there now. */
  let changes = 0;

  function placeOf(digest: Uint8Array): string {
    return Buffer.from(hashDigest(digest, peppers.current)).toString('base64');
  }

  return {
    async publicIdOf(token) {
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
