import type { DocumentNode } from 'graphql';
import { type DocumentHash, hashOfText } from '../../restrictions/document-id.ts';

const hashes = new WeakMap<DocumentNode, DocumentHash>();

/** Of the text that was parsed; computed once for each parsed document. `undefined` for one that no text was parsed to. */
export function documentHash(document: DocumentNode): DocumentHash | undefined {
  const present = hashes.get(document);
  if (present !== undefined || !document.loc) return present;
  const hash = hashOfText(document.loc.source.body);
  hashes.set(document, hash);
  return hash;
}
