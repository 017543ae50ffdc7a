import type { GraphQLParams } from 'graphql-yoga';
import { type Refusal, refused } from '../../admission/verdict.ts';
import { codedError } from '../../kernel/errors.ts';
import type { TrustedDocuments } from '../../restrictions/trusted-documents.ts';
import { requestedDocument } from './requested-document.ts';

export type FoundDocument = { readonly kind: 'FOUND'; readonly params: GraphQLParams } | Refusal;

/**
 * Puts the text of a registered document where a client only named it; everything after goes its way as if the client
 * had sent the text. What a client sends is never kept: only an admin registers documents.
 */
export async function findDocument(
  params: GraphQLParams,
  request: Pick<Request, 'method' | 'url'>,
  documents: TrustedDocuments,
): Promise<FoundDocument> {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return { kind: 'FOUND', params };
  const { documentId: inBody, ...others } = params as GraphQLParams & { readonly documentId?: unknown };
  const documentId = request.method === 'GET' ? inUrl(request.url) : inBody;
  const { query, extensions } = others;
  const requested = requestedDocument({ query, documentId, extensions });
  switch (requested.kind) {
    case 'INVALID':
      return refused('INVALID', [requested.error]);
    case 'TEXT':
      return { kind: 'FOUND', params: others };
    case 'NAMED': {
      const text = await documents.find(requested.hash);
      if (text !== undefined) return { kind: 'FOUND', params: { ...others, query: text } };
      // The protocol's own words: clients look for them, and send the text next.
      return refused('INVALID', [codedError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound')]);
    }
  }
}

function inUrl(url: string): string | undefined {
  return new URL(url, 'http://localhost').searchParams.get('documentId') ?? undefined;
}
