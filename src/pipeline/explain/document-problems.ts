import { GraphQLError, Kind } from 'graphql';
import { codedError } from '../../kernel/errors.ts';
import type { CompiledPrivileges } from '../../privileges/compile-privileges.ts';
import { problemsOnView } from '../denials/hide-mode.ts';
import type { DocumentLimits } from '../document/parse-document.ts';
import { validateDocument } from '../document/validate-document.ts';
import type { Surface } from '../surface.ts';
import { parsedDocument } from './read-document.ts';

/**
 * Why a document could never be executed, by anybody: it is no GraphQL, does not fit the schema as the lens shows it, or
 * an operation of it is too deep or too complex. Empty when it could. What an operation costs its variables decide.
 */
export function documentProblems(
  text: string,
  surface: Surface,
  lens: CompiledPrivileges,
  limits: DocumentLimits,
): readonly GraphQLError[] {
  const document = parsedDocument(text, limits);
  if (document instanceof GraphQLError) return [document];
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operations.length === 0) return [codedError('OPERATION_RESOLUTION_FAILURE', 'The document has no operation.')];
  const names = operations.map(({ name }) => name?.value);
  const view = surface.viewOf(lens);
  for (const operationName of names) {
    const unknown = problemsOnView({ document, operationName }, view, surface);
    if (unknown.length > 0) return unknown;
  }
  // A view may have lost defaults that the schema has: only both together say that the document can run.
  if (validateDocument(surface.schema, document).length > 0) {
    return [codedError('GRAPHQL_VALIDATION_FAILED', 'The document does not fit the schema.')];
  }
  return names.flatMap((operationName) => {
    const prepared = surface.prepare(document, operationName);
    return prepared.kind === 'REFUSED' ? [prepared.error] : [];
  });
}
