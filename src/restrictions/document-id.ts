import { createHash } from 'node:crypto';

/** Hex SHA-256 of a document's text, in lower case: what a document is known by. */
export type DocumentHash = string;

const prefix = 'sha256:';

/**
 * Reads the id of a trusted document, `sha256:<hex>` (GraphQL over HTTP, "Persisted Documents": a prefixed document
 * identifier) or the hex digits alone, in either case; `undefined` for every other text.
 */
export function parseDocumentId(text: string): DocumentHash | undefined {
  const hex = text.startsWith(prefix) ? text.slice(prefix.length) : text;
  return /^[0-9a-fA-F]{64}$/.test(hex) ? hex.toLowerCase() : undefined;
}

/** In the one spelling that is stored and shown. */
export function formatDocumentId(hash: DocumentHash): string {
  return prefix + hash;
}

/** SHA-256 (FIPS 180-4) of a text in UTF-8, as it is: another space is another document. */
export function hashOfText(text: string): DocumentHash {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
