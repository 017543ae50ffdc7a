import { type DocumentNode, type GraphQLError, getOperationAST, Kind } from 'graphql';
import { codedError } from '../../kernel/errors.ts';

/**
 * What may run by each method: anything by POST; by GET, HEAD and QUERY, which are safe and may be repeated by whoever stands
 * between (RFC 9110 §9.2.1, RFC 10008), nothing that changes something. A document without such an operation is no matter of
 * methods.
 */
export function notByMethod(
  method: string,
  document: DocumentNode,
  operationName: string | null | undefined,
): GraphQLError | undefined {
  if (method === 'POST') return undefined;
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'mutation') return undefined;
  const message = `A mutation is sent by POST, not by ${method}.`;
  return codedError('METHOD_NOT_ALLOWED', message, {}, { nodes: operation });
}

/** A document of fragments alone asks for nothing (GraphQL spec §6.1); Yoga would say so, and not where. */
export function noOperationIn({ definitions }: DocumentNode): GraphQLError | undefined {
  if (definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)) return undefined;
  const nodes = definitions.slice(0, 1);
  return codedError('OPERATION_RESOLUTION_FAILURE', 'The document has no operation.', {}, { nodes });
}

/** A stream has no end that a HEAD could tell of. */
export function noStreamByHead(): GraphQLError {
  return codedError('METHOD_NOT_ALLOWED', 'An event stream is asked for by GET, POST or QUERY.');
}

export const allowedForMutations = 'POST';
export const allowedForStreams = 'GET, POST, QUERY';
