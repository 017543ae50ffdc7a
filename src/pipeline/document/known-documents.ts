import type { DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { type CacheBound, weighedCache } from '../../kernel/bounded-cache.ts';
import { heapBytes, textBytes } from '../../kernel/heap-bytes.ts';
import { operationBytes } from './operation-weight.ts';
import type { PreparedOperation } from './prepared-operation.ts';

/** What is found by the text of a document, shared by all keys. */
export interface KnownDocuments {
  /** The document of which an operation was admitted before: parsed, and valid on the full schema. */
  find(text: string): DocumentNode | undefined;
  isKnown(document: DocumentNode): boolean;
  /** An operation of it that was admitted before. */
  operation(document: DocumentNode, definition: OperationDefinitionNode): PreparedOperation | undefined;
  /** Keeps an operation that was admitted, and its document with it. Whatever was refused is never kept. */
  keep(document: DocumentNode, operation: PreparedOperation): void;
  /** What is wrong with a known document on a view; `undefined` until it was kept. */
  problemsOn(document: DocumentNode, view: GraphQLSchema): readonly GraphQLError[] | undefined;
  /** Keeps them with a document that is known, as long as the view lives. */
  keepProblems(document: DocumentNode, view: GraphQLSchema, problems: readonly GraphQLError[]): void;
  /** What all of it weighs. */
  readonly bytes: number;
}

export const knownDocumentsBound: CacheBound = {
  holds: 'documents of which an operation was admitted, with all that is compiled of them; of each API',
  maxBytes: 48_000_000,
};

interface KnownDocument {
  readonly document: DocumentNode;
  readonly operations: Map<OperationDefinitionNode, PreparedOperation>;
  readonly onViews: WeakMap<GraphQLSchema, readonly GraphQLError[]>;
  bytes: number;
}

/** A node says where it stands in an object of its own, with its share of the tokens. */
const locationBytes = 160;
/** What usage keeps of an operation, in `record-usage.ts`: its hash, its name and its normalized text. */
const usageBytes = 6_000;
const problemBytes = 1_500;

/**
 * A document, the operations of it and its validity weigh together: sixteen names of one text are sixteen operations.
 * It comes in with the first operation that is admitted, so that what is refused, which is free, holds nothing.
 */
export function knownDocuments({ maxBytes }: Pick<CacheBound, 'maxBytes'> = knownDocumentsBound): KnownDocuments {
  const byText = weighedCache<string, KnownDocument>({ ...knownDocumentsBound, maxBytes }, ({ bytes }) => bytes);
  const found = (document: DocumentNode): KnownDocument | undefined => {
    const text = textOf(document);
    const known = text === undefined ? undefined : byText.peek(text);
    return known?.document === document ? known : undefined;
  };

  function grow(known: KnownDocument, bytes: number): void {
    known.bytes += bytes;
    const text = textOf(known.document);
    if (text !== undefined) byText.grown(text);
  }

  return {
    find: (text) => byText.get(text)?.document,
    isKnown: (document) => found(document) !== undefined,
    operation: (document, definition) => found(document)?.operations.get(definition),
    keep(document, operation) {
      const text = textOf(document);
      if (text === undefined) return;
      const { operation: definition } = operation.plan;
      const known = found(document);
      if (known?.operations.has(definition)) return;
      const bytes = operationBytes(operation) + usageBytes;
      if (known) {
        known.operations.set(definition, operation);
        grow(known, bytes);
        return;
      }
      // Somebody else has sent the same text at the same time: one is enough.
      if (byText.has(text)) return;
      byText.set(text, {
        document,
        operations: new Map([[definition, operation]]),
        onViews: new WeakMap(),
        bytes: bytes + textBytes(text) + heapBytes(document, locationBytes),
      });
    },
    problemsOn: (document, view) => found(document)?.onViews.get(view),
    keepProblems(document, view, problems) {
      const known = found(document);
      if (!known || known.onViews.has(view)) return;
      known.onViews.set(view, problems);
      grow(known, 100 + problems.reduce((bytes, { message }) => bytes + problemBytes + textBytes(message), 0));
    },
    get bytes() {
      return byText.bytes;
    },
  };
}

/** Of a document that was parsed. One that was written by us, of what denials left, has none. */
function textOf({ loc }: DocumentNode): string | undefined {
  return loc?.source.body;
}
