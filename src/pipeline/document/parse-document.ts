import { type DocumentNode, GraphQLError, Lexer, parse, Source, TokenKind } from 'graphql';
import { codedError } from '../../kernel/errors.ts';
import { asRequestError } from '../answer/refusal.ts';

/** Brackets within brackets; the parser calls itself for each, and a stack has an end. */
const deepestBrackets = 300;

/**
 * For each token that a document may have. An error looks for its line from the beginning, so that lines without tokens are
 * work for each of twenty errors.
 */
const linesOfToken = 2;

export interface DocumentLimits {
  readonly maxTokens: number;
}

/**
 * Parses a document that was measured first: a scan of its tokens stops at the limits, so that a long or deeply nested
 * one costs no more than reading it. Throws request errors with a code.
 */
export function parseDocument(source: Source, limits: DocumentLimits): DocumentNode {
  const tooMuch = measure(source, limits);
  if (tooMuch) {
    const { message, position } = tooMuch;
    throw asRequestError(codedError('QUERY_TOO_COMPLEX', message, {}, { source, positions: [position] }));
  }
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

/** The document, or why it is none. */
export function parsedDocument(text: string, limits: DocumentLimits): DocumentNode | GraphQLError {
  try {
    return parseDocument(new Source(text), limits);
  } catch (cause) {
    if (cause instanceof GraphQLError) return cause;
    throw cause;
  }
}

interface TooMuch {
  readonly message: string;
  /** Of the first token that is too much. */
  readonly position: number;
}

function measure(source: Source, limits: DocumentLimits): TooMuch | undefined {
  const mostLines = limits.maxTokens * linesOfToken;
  const lexer = new Lexer(source);
  const tooMuch = (message: string): TooMuch => ({ message, position: lexer.token.start });
  let depth = 0;
  try {
    for (let tokens = 0; lexer.advance().kind !== TokenKind.EOF; tokens++) {
      if (tokens >= limits.maxTokens)
        return tooMuch(`The document has more than ${limits.maxTokens} tokens; split it into smaller operations.`);
      const { kind, line } = lexer.token;
      if (line > mostLines)
        return tooMuch(`The document has more than ${mostLines} lines; leave out those that are blank.`);
      if (kind === TokenKind.BRACE_L || kind === TokenKind.BRACKET_L || kind === TokenKind.PAREN_L) depth++;
      if (kind === TokenKind.BRACE_R || kind === TokenKind.BRACKET_R || kind === TokenKind.PAREN_R) depth--;
      if (depth > deepestBrackets) return tooMuch(`The document nests more than ${deepestBrackets} brackets.`);
    }
  } catch {
    // Not GraphQL at all: the parser says what is wrong, and where.
  }
  return undefined;
}
