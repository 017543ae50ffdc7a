import { type DocumentNode, GraphQLError, Source } from 'graphql';
import type { AskedOperation } from '../../admission/explanation.ts';
import { type Refusal, refused } from '../../admission/verdict.ts';
import { codedError } from '../../kernel/errors.ts';
import type { CompiledPrivileges } from '../../privileges/compile-privileges.ts';
import { problemsOnView } from '../denials/hide-mode.ts';
import { type DocumentLimits, parseDocument } from '../document/parse-document.ts';
import type { PreparedOperation } from '../document/prepare-operation.ts';
import { validateDocument } from '../document/validate-document.ts';
import type { Surface } from '../surface.ts';

export type ReadDocument =
  | { readonly kind: 'READ'; readonly operation: PreparedOperation; readonly document: DocumentNode }
  | Refusal;

/** Step 7 without variables: parsed, valid on the lens and on the schema, and compiled. */
export function readDocument(
  { document: text, operationName }: AskedOperation,
  surface: Surface,
  lens: CompiledPrivileges,
  limits: DocumentLimits,
): ReadDocument {
  const document = parsedDocument(text, limits);
  if (document instanceof GraphQLError) return refused('INVALID', [document]);
  const unknown = problemsOnView({ document, operationName }, surface.viewOf(lens), surface);
  if (unknown.length > 0) return refused('INVALID', unknown);
  // A view may have lost defaults that the schema has: only both together say that the document can run.
  const problems = validateDocument(surface.schema, document);
  if (problems.length > 0) {
    const message = 'The document does not fit the schema.';
    return refused('INVALID', [codedError('GRAPHQL_VALIDATION_FAILED', message)]);
  }
  const prepared = surface.prepare(document, operationName);
  if (prepared.kind === 'REFUSED') return refused('INVALID', [prepared.error]);
  return { kind: 'READ', operation: prepared.operation, document };
}

/** The document, or why it is none. */
export function parsedDocument(text: string, limits: DocumentLimits): DocumentNode | GraphQLError {
  try {
    return parseDocument(new Source(text), limits);
  } catch (cause) {
    if (cause instanceof GraphQLError) return cause;
    throw cause;
  }
}
