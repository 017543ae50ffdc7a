import { eq } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { document } from '../db/schema/index.ts';
import { boundedCache, boundOfEntries, type CacheBound, weighedCache } from '../kernel/bounded-cache.ts';
import type { Clock } from '../kernel/clock.ts';
import { textBytes } from '../kernel/heap-bytes.ts';
import { type DocumentHash, hashOfText } from './document-id.ts';

/** Where documents are found that a client names and does not send. */
export interface TrustedDocuments {
  /** The text with this SHA-256, or `undefined` when nobody registered it. */
  find(hash: DocumentHash): Promise<string | undefined>;
}

export interface TrustedDocumentsCache extends TrustedDocuments {
  /** Some were registered here: what was unknown may be known now. */
  forgetUnknown(): void;
}

/** Of a surface that no documents are registered for. */
export const noDocuments: TrustedDocuments = { find: async () => undefined };

export const trustedDocumentsBounds = {
  kept: { holds: 'texts of registered documents', maxBytes: 8_000_000 } satisfies CacheBound,
  unknown: boundOfEntries('hashes of which there is no registered document', 10_000, 250),
};
/** What another instance registered is found here after this long at the latest. */
const unknownAgeMs = 1_000;

/**
 * Registered documents, read once. A text is what its hash says, so nothing that is kept can become stale; that there is
 * none is believed for a second, so that a client which names what nobody registered does not reach the database each
 * time. A row whose text is not that of its hash, which only somebody at the database can have made, is not there.
 */
export function createTrustedDocuments(queries: Queries, clock: Pick<Clock, 'monotonic'>): TrustedDocumentsCache {
  const unknown = boundedCache<DocumentHash, number>(trustedDocumentsBounds.unknown);
  /** Counts registrations: an answer that was under way when one came says nothing about what is there now. */
  let registrations = 0;
  const kept = weighedCache<DocumentHash, string>(
    trustedDocumentsBounds.kept,
    (text, hash) => textBytes(text) + textBytes(hash),
  );
  return {
    async find(hash) {
      const present = kept.get(hash);
      if (present !== undefined) return present;
      const since = unknown.get(hash);
      if (since !== undefined && clock.monotonic() - since < unknownAgeMs) return undefined;
      const asOf = registrations;
      const [row] = await queries.select({ text: document.text }).from(document).where(eq(document.hash, hash));
      if (!row || hashOfText(row.text) !== hash) {
        if (asOf === registrations) unknown.set(hash, clock.monotonic());
        return undefined;
      }
      kept.set(hash, row.text);
      return row.text;
    },
    forgetUnknown() {
      registrations += 1;
      unknown.clear();
    },
  };
}
