import { type DocumentNode, GraphQLError, Source, validate } from 'graphql';
import { type Refusal, refused } from '../admission/verdict.ts';
import type { ApiKeyRecord } from '../keys/api-key.ts';
import type { CompiledPrivileges } from '../privileges/compile-privileges.ts';
import { type DocumentLimits, parseDocument } from './parse-document.ts';
import type { PreparedOperation } from './prepare-operation.ts';
import type { Surface } from './surface.ts';
import { validateDocument } from './validate-document.ts';

/**
 * What an actor may know of a surface when it asks about somebody else's requests: of the protected API what it can
 * grant, of the management API what it may do itself. What is outside does not exist, and is not named.
 */
export function lensOf(actor: ApiKeyRecord, surface: Surface): CompiledPrivileges {
  if (surface.type === 'MANAGEMENT') return surface.privilegesOf(actor);
  return surface.privilegesOf({ ...actor, privileges: actor.grantable ?? [], roles: [] });
}

export type ReadDocument =
  | { readonly kind: 'READ'; readonly operation: PreparedOperation; readonly document: DocumentNode }
  | Refusal;

const mostErrors = 20;

/** Step 7 without variables: parsed, valid for the lens and for the schema, and compiled. */
export function readDocument(
  text: string,
  operationName: string | undefined,
  surface: Surface,
  lens: CompiledPrivileges,
  limits: DocumentLimits,
): ReadDocument {
  const document = parsed(text, limits);
  if (document instanceof GraphQLError) return refused('INVALID', [document]);
  const unknown = validate(surface.viewOf(lens), document, undefined, { maxErrors: mostErrors });
  // A view may have lost defaults that the schema has: only both together say that the document can run.
  const problems = unknown.length > 0 ? unknown : validateDocument(surface.schema, document);
  if (problems.length > 0) return refused('INVALID', problems.map(asValidationError));
  const prepared = surface.prepare(document, operationName);
  return prepared.kind === 'REFUSED'
    ? refused('INVALID', [prepared.error])
    : { kind: 'READ', operation: prepared.operation, document };
}

function parsed(text: string, limits: DocumentLimits): DocumentNode | GraphQLError {
  try {
    return parseDocument(new Source(text), limits);
  } catch (cause) {
    if (cause instanceof GraphQLError) return cause;
    throw cause;
  }
}

export function asValidationError({ message, nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes: nodes ?? null, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}
