import type { GraphQLError } from 'graphql';
import { codedError } from '../../kernel/errors.ts';
import { type DocumentHash, hashOfText, parseDocumentId } from '../../restrictions/document-id.ts';

/** What a request says of the document that it wants executed. */
export type RequestedDocument =
  /** Its text, if anything. */
  | { readonly kind: 'TEXT' }
  /** Its hash alone: the text is to be found. */
  | { readonly kind: 'NAMED'; readonly hash: DocumentHash }
  | { readonly kind: 'INVALID'; readonly error: GraphQLError };

/** The parts of a request that name a document; whatever a client put there. */
export interface DocumentParameters {
  readonly query: unknown;
  /** `documentId` (GraphQL over HTTP, "Persisted Documents"). */
  readonly documentId: unknown;
  /** `extensions.persistedQuery` (Apollo's protocol of automatic persisted queries, version 1). */
  readonly extensions: unknown;
}

/**
 * Reads which document is meant. A text may stand beside its own hash, as clients send it after a miss; two that do not
 * fit each other are refused, since whoever logs, caches or allows by one of them would be told of another operation.
 */
export function requestedDocument({ query, documentId, extensions }: DocumentParameters): RequestedDocument {
  const byId = documentId == null ? undefined : readDocumentId(documentId);
  if (byId?.kind === 'INVALID') return byId;
  const persisted = readPersistedQuery(extensions);
  if (persisted?.kind === 'INVALID') return persisted;
  if (byId && persisted && byId.hash !== persisted.hash) {
    return invalid('documentId and extensions.persistedQuery name two documents. Send one of them.');
  }
  const named = byId ?? persisted;
  // What is neither a text nor absent is no request at all, as whoever reads it will say.
  if (!named || (query != null && typeof query !== 'string')) return { kind: 'TEXT' };
  if (query == null) return named;
  if (hashOfText(query) === named.hash) return { kind: 'TEXT' };
  return invalid('The document that was sent is not the one that its hash names: send its own SHA-256, or no hash.');
}

type Named = Extract<RequestedDocument, { readonly kind: 'NAMED' | 'INVALID' }>;

function readDocumentId(documentId: unknown): Named {
  const hash = typeof documentId === 'string' ? parseDocumentId(documentId) : undefined;
  if (hash !== undefined) return { kind: 'NAMED', hash };
  return invalid('A documentId is sha256: and the 64 hexadecimal digits of the SHA-256 of the text of the document.');
}

function readPersistedQuery(extensions: unknown): Named | undefined {
  const persisted = property(extensions, 'persistedQuery');
  if (persisted == null) return undefined;
  if (property(persisted, 'version') !== 1) {
    // The protocol's own words: clients look for them, and send the text from then on.
    return { kind: 'INVALID', error: codedError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported') };
  }
  const text = property(persisted, 'sha256Hash');
  if (typeof text === 'string' && /^[0-9a-fA-F]{64}$/.test(text)) return { kind: 'NAMED', hash: text.toLowerCase() };
  return invalid('extensions.persistedQuery.sha256Hash is the 64 hexadecimal digits of the SHA-256 of the document.');
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function invalid(message: string): Extract<Named, { readonly kind: 'INVALID' }> {
  return { kind: 'INVALID', error: codedError('BAD_REQUEST', message) };
}
