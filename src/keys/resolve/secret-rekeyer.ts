import { and, eq } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { apiKeySecret } from '../../db/schema/index.ts';
import { boundedCache, boundOfEntries } from '../../kernel/bounded-cache.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { digestOf, hashDigest, type Peppers } from '../token/secret-hash.ts';
import type { StoredSecret } from './key-resolution.ts';

export interface SecretRekeyerOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly peppers: Peppers;
}

export interface SecretRekeyer {
  /** To be told of every token that was just proved; returns at once. */
  proved(token: string, secret: StoredSecret): void;
  /** Resolves when what was begun is done. */
  close(): Promise<void>;
}

/** More wait for no turn: their next use brings them again. */
const mostWaiting = 1000;
const againAfterMs = 60_000;

export const rekeyedSecretsBound = boundOfEntries('secrets that were moved to a new pepper', 10 * mostWaiting, 200);

/**
 * Moves secrets to the current pepper: only the token itself can be hashed anew, so it happens when one is used, beside
 * the request. A compare-and-set on the former hash, so of several instances one does it, and nothing that changed
 * meanwhile is undone. Only ever to a newer pepper: an instance whose settings are still the former ones moves none back.
 * What is cached stays right, since the former pepper is still known here.
 */
export function createSecretRekeyer({ database, clock, logger, peppers }: SecretRekeyerOptions): SecretRekeyer {
  const { current } = peppers;
  const tried = boundedCache<string, number>(rekeyedSecretsBound);
  let waiting = 0;
  let closed = false;
  let last: Promise<void> = Promise.resolve();

  async function rekey(digest: Uint8Array, { record, hash, pepperVersion }: StoredSecret): Promise<void> {
    if (closed) return;
    await database.queries
      .update(apiKeySecret)
      .set({ hash: hashDigest(digest, current), pepperVersion: current.version })
      .where(
        and(eq(apiKeySecret.id, record.id), eq(apiKeySecret.hash, hash), eq(apiKeySecret.pepperVersion, pepperVersion)),
      );
  }

  return {
    proved(token, secret) {
      if (secret.pepperVersion >= current.version || waiting >= mostWaiting || closed) return;
      const now = clock.monotonic();
      const before = tried.get(secret.record.id);
      if (before !== undefined && now - before < againAfterMs) return;
      tried.set(secret.record.id, now);
      const digest = digestOf(token);
      waiting += 1;
      last = last
        .then(() => rekey(digest, secret))
        .catch((err: unknown) => logger.warn({ err }, 'a secret stays under a former pepper until its next use'))
        .finally(() => {
          waiting -= 1;
        });
    },
    async close() {
      closed = true;
      await last;
    },
  };
}
