import { type DocumentNode, GraphQLError, Lexer, parse, type Source, TokenKind } from 'graphql';
import { codedError } from '../../kernel/errors.ts';
import { asRequestError } from '../answer/refusal.ts';

/** Brackets within brackets; the parser calls itself for each, and a stack has an end. */
const deepestBrackets = 300;

export interface DocumentLimits {
  readonly maxTokens: number;
}

/**
 * Parses a document that was measured first: a scan of its tokens stops at the limits, so that a long or deeply nested
 * one costs no more than reading it. Throws request errors with a code.
 */
export function parseDocument(source: Source, limits: DocumentLimits): DocumentNode {
  const tooMuch = measure(source, limits);
  if (tooMuch) throw asRequestError(codedError('QUERY_TOO_COMPLEX', tooMuch));
  try {
    return parse(source, { maxTokens: limits.maxTokens });
  } catch (cause) {
    if (!(cause instanceof GraphQLError)) throw cause;
    const { message, positions } = cause;
    throw asRequestError(
      codedError('GRAPHQL_PARSE_FAILED', message, {}, { source: cause.source ?? null, positions: positions ?? null }),
    );
  }
}

function measure(source: Source, limits: DocumentLimits): string | undefined {
  const lexer = new Lexer(source);
  let depth = 0;
  try {
    for (let tokens = 0; lexer.advance().kind !== TokenKind.EOF; tokens++) {
      if (tokens >= limits.maxTokens)
        return `The document has more than ${limits.maxTokens} tokens; split it into smaller operations.`;
      const { kind } = lexer.token;
      if (kind === TokenKind.BRACE_L || kind === TokenKind.BRACKET_L || kind === TokenKind.PAREN_L) depth++;
      if (kind === TokenKind.BRACE_R || kind === TokenKind.BRACKET_R || kind === TokenKind.PAREN_R) depth--;
      if (depth > deepestBrackets) return `The document nests more than ${deepestBrackets} brackets.`;
    }
  } catch {
    // Not GraphQL at all: the parser says what is wrong, and where.
  }
  return undefined;
}
