import type { DocumentNode } from 'graphql';
import { boundedCache } from '../kernel/bounded-cache.ts';

/** What was compiled from documents, by the document's identity and the operation that was asked for. */
export interface PlanCache<Value extends {}> {
  get(document: DocumentNode, operationName: string | undefined, compile: () => Value): Value;
}

/**
 * Operation names that are remembered of one document. Names come from callers, and any name makes an entry: one that
 * does not exist is an answer too.
 */
const namesPerDocument = 16;

/** Holds the `maxDocuments` most recently used documents. Whoever parses must hand the same text the same document. */
export function createPlanCache<Value extends {}>(maxDocuments: number): PlanCache<Value> {
  const documents = boundedCache<DocumentNode, Map<string | undefined, Value>>(maxDocuments);
  return {
    get(document, operationName, compile) {
      const known = documents.get(document);
      const found = known?.get(operationName);
      if (found !== undefined) return found;
      const value = compile();
      if (known === undefined) documents.set(document, new Map([[operationName, value]]));
      else if (known.size < namesPerDocument) known.set(operationName, value);
      return value;
    },
  };
}
