import { GraphQLError, parse, Source } from 'graphql';
import { describe, expect, it } from 'vitest';
import { codedError, codeOf, restated } from '../../src/kernel/errors.ts';

/** A source that counts how often somebody looks for a line of it. */
function countedSource(text: string) {
  let searches = 0;
  const source = new Source(text);
  const { body } = source;
  Object.defineProperty(source, 'body', {
    get: () => {
      searches += 1;
      return body;
    },
  });
  return { source, searches: () => searches };
}

describe('an error in other words', () => {
  it('stands where it stood, without looking for that again', () => {
    const counted = countedSource('{\n\n  field }');
    const document = parse(counted.source);
    const [definition] = document.definitions;
    const error = codedError('FORBIDDEN', 'No.', { coordinate: 'A.b' }, { nodes: definition ?? null, path: ['field'] });
    const before = counted.searches();
    const other = restated(error, 'No, again.', { code: 'BAD_REQUEST' });
    expect(counted.searches()).toBe(before);
    expect(JSON.parse(JSON.stringify(other))).toEqual({
      message: 'No, again.',
      locations: [{ line: 1, column: 1 }],
      path: ['field'],
      extensions: { code: 'BAD_REQUEST' },
    });
    expect([codeOf(other), other.nodes, other.source === counted.source]).toEqual(['BAD_REQUEST', error.nodes, true]);
  });

  it('is an error to everybody who asks', () => {
    const other = restated(new GraphQLError('No.'), 'No.', {});
    expect([other instanceof GraphQLError, other instanceof Error, String(other)]).toEqual([true, true, 'No.']);
    expect(JSON.parse(JSON.stringify(other))).toEqual({ message: 'No.' });
  });
});
