import { Source } from 'graphql';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../src/kernel/errors.ts';
import { parseDocument } from '../../../src/pipeline/document/parse-document.ts';

const limits = { maxTokens: 5000 };

function codeFor(text: string): unknown {
  try {
    parseDocument(new Source(text), limits);
    return undefined;
  } catch (error) {
    return codeOf(error) ?? error;
  }
}

describe('parsing', () => {
  it.each([
    ['a document', '{ viewer { apiKey { name } } }', undefined],
    ['nothing', '', 'GRAPHQL_PARSE_FAILED'],
    ['something else', 'SELECT 1', 'GRAPHQL_PARSE_FAILED'],
    ['an unclosed brace', '{ viewer', 'GRAPHQL_PARSE_FAILED'],
    ['more tokens than allowed', `{ ${'a '.repeat(5000)} }`, 'QUERY_TOO_COMPLEX'],
    ['selections 20,000 deep', `${'{a'.repeat(20_000)}${'}'.repeat(20_000)}`, 'QUERY_TOO_COMPLEX'],
    ['selections 400 deep', `${'{a'.repeat(400)}${'}'.repeat(400)}`, 'QUERY_TOO_COMPLEX'],
    ['lists 20,000 deep', `{ a(b: ${'['.repeat(20_000)}`, 'QUERY_TOO_COMPLEX'],
    ['objects 2,000 deep', `{ a(b: ${'{c:'.repeat(2_000)}`, 'QUERY_TOO_COMPLEX'],
    ['blank lines, ten thousand', `${'\n'.repeat(9_990)}{ a }`, undefined],
    ['more lines than tokens come to', `${'\n'.repeat(10_000)}{ a }`, 'QUERY_TOO_COMPLEX'],
    ['more lines of any kind', `${'#\r\n'.repeat(4_000)}{ a(b: """${'\n'.repeat(7_000)}""") }`, 'QUERY_TOO_COMPLEX'],
    ['lines after its end', `{ a }${'\n'.repeat(20_000)}`, undefined],
    ['brackets in a string', `{ a(b: "${'{['.repeat(2_000)}") }`, undefined],
    ['brackets in a comment', `{ a # ${'{['.repeat(2_000)}\n }`, undefined],
  ])('of %s', (_, text, expected) => {
    expect(codeFor(text)).toBe(expected);
  });

  it('says where it is wrong', () => {
    expect(() => parseDocument(new Source('{ a(b: ) }'), limits)).toThrowError(
      expect.objectContaining({
        locations: [{ line: 1, column: 8 }],
        extensions: { code: 'GRAPHQL_PARSE_FAILED', http: { status: 400, headers: {}, spec: true } },
      }),
    );
  });
});
