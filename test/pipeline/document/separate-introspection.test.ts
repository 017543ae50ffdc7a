import { type DocumentNode, getOperationAST, parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { separateIntrospection } from '../../../src/pipeline/document/separate-introspection.ts';

function separated(text: string): { data: string | undefined; introspection: string | undefined } {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('one operation expected');
  const { data, introspection } = separateIntrospection(document, operation);
  return { data: printed(data), introspection: printed(introspection) };
}

/** Without fragments that nothing spreads any more. */
function printed(document: DocumentNode | undefined): string | undefined {
  return document && print(document.definitions[0] as never).replace(/\s+/g, ' ');
}

describe('an operation that asks for data and for the schema', () => {
  it('has one half when it asks for one of them', () => {
    expect(separated('{ __schema { types { name } } }').data).toBeUndefined();
    expect(separated('{ viewer { apiKey { name } } }').introspection).toBeUndefined();
  });

  it('is divided at its root, aliases and arguments with it', () => {
    expect(separated('query Q($n: String!) { a: __type(name: $n) { name } b: viewer { apiKey { name } } }')).toEqual({
      introspection: 'query Q($n: String!) { a: __type(name: $n) { name } }',
      data: 'query Q { b: viewer { apiKey { name } } }',
    });
  });

  it('is divided within fragments, whose conditions stay', () => {
    const { data, introspection } = separated(
      'query ($v: Boolean!) { ... @include(if: $v) { __schema { types { name } } rateLimit { maximumCost } } ...F @skip(if: $v) } fragment F on Query { __type(name: "A") { name } viewer { apiKey { name } } }',
    );
    expect(introspection).toContain('... @include(if: $v) { __schema');
    expect(introspection).toContain('...F__onRoot @skip(if: $v)');
    expect(introspection).not.toContain('rateLimit');
    expect(data).toContain('... @include(if: $v) { rateLimit');
    expect(data).not.toContain('__schema');
  });

  it('is divided in time linear in its fragments', () => {
    const bomb = Array.from({ length: 30 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`).join(
      ' ',
    );
    const { introspection } = separated(
      `{ ...F0 viewer { apiKey { name } } } ${bomb} fragment F30 on Query { __typename __schema { types { name } } }`,
    );
    expect(introspection).toContain('...F0__onRoot');
  });

  it('keeps in each half the variables that it uses', () => {
    const { data, introspection } = separated(
      'query Q($n: String!, $f: CityFilter, $v: Boolean!) { __type(name: $n) { name } ...F } fragment F on Query { cities(filter: $f) { nodes { name @include(if: $v) } } }',
    );
    expect(introspection).toBe('query Q($n: String!) { __type(name: $n) { name } }');
    expect(data).toBe('query Q($f: CityFilter, $v: Boolean!) { ...F__onRoot }');
  });
});
