import type { CompiledRestrictions } from './compile-restrictions.ts';
import type { DocumentHash } from './document-id.ts';
import type { OperationKind } from './restrictions.ts';

/** What an operation is, as far as restrictions ask. */
export interface RestrictedOperation {
  readonly type: OperationKind;
  /** Of those that will be executed; `__typename` says nothing and is left out. */
  readonly rootFields: readonly string[];
  /** Of the text that was sent or named, to the last space; `undefined` when there was none. */
  readonly documentHash: DocumentHash | undefined;
  /** It does nothing but end or disable keys, and asks no more of them than that. */
  readonly isUrgent: boolean;
}

export type OperationVerdict =
  | { readonly kind: 'ALLOWED' }
  | { readonly kind: 'DOCUMENT_BLOCKED' }
  | { readonly kind: 'TYPE_BLOCKED' }
  | { readonly kind: 'ROOT_FIELDS_BLOCKED'; readonly rootFields: readonly string[] };

type OperationRestrictions = Pick<CompiledRestrictions, 'documentHashes' | 'operationTypes' | 'rootFields'>;

/** `__schema` and `__type` are root fields like others. */
export function judgeRestrictedOperation(
  { documentHashes, operationTypes, rootFields }: OperationRestrictions,
  operation: RestrictedOperation,
): OperationVerdict {
  if (documentHashes && !isListed(operation, documentHashes)) return { kind: 'DOCUMENT_BLOCKED' };
  if (operationTypes && !operationTypes.has(operation.type)) return { kind: 'TYPE_BLOCKED' };
  const blocked = rootFields
    ? operation.rootFields.filter((name) => !rootFields.some((pattern) => rootFieldMatches(pattern, name)))
    : [];
  return blocked.length === 0 ? { kind: 'ALLOWED' } : { kind: 'ROOT_FIELDS_BLOCKED', rootFields: blocked };
}

function isListed({ documentHash }: RestrictedOperation, hashes: ReadonlySet<DocumentHash>): boolean {
  return documentHash !== undefined && hashes.has(documentHash);
}

const rootFieldPattern = /^(?:[_A-Za-z][_0-9A-Za-z]*\*?|\*)$/;

/** A GraphQL name, or the beginning of one with a last `*`. */
export function isRootFieldPattern(text: string): boolean {
  return text.length <= 255 && rootFieldPattern.test(text);
}

export function rootFieldMatches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
