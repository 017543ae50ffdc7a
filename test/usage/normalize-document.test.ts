import { Kind, type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { normalizeDocument } from '../../src/usage/normalize-document.ts';
import { heapGrowth } from '../support/heap.ts';

function normalized(text: string) {
  const document = parse(text);
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) throw new Error('no operation');
  return normalizeDocument(document, operation);
}

describe('a document as usage stores it', () => {
  it('holds nothing that a client may have put into it', () => {
    const { normalized: text } = normalized(`
      query A($n: String = "secret", $m: Int = 4242, $j: JSON = ada_ssn_4242) {
        ada_lovelace: city(id: "secret", near: [4242, 4242.5], filter: { name: "secret" }, on: true, by: ada) {
          name(block: """secret""")
          ...Used @include(if: false)
        }
      }
      fragment Used on City { a: id, country(code: "secret") { code } }
      fragment Unused on City { secret }
    `);
    expect(text).not.toMatch(/secret|4242|ada/);
    expect(text).toContain('city(id: "", near: [], filter: {}, on: true, by: _)');
    expect(text).toContain('fragment Used on City');
  });

  it('is one for documents that differ in literals, aliases and layout only', () => {
    const one = normalized('query A { x: city(id: "1") { name } }');
    expect(normalized('query A {\n  city(id: """2""") {name}\n}').hash).not.toBe('');
    expect(normalized('query A { y: city(id: "2") { name } } fragment F on City { id }')).toEqual(one);
    expect(normalized('query A { city(id: "1") { id } }').hash).not.toBe(one.hash);
  });

  it('keeps the beginning of a long one, and the hash of the whole', () => {
    const fields = (last: string) =>
      `{ ${Array.from({ length: 500 }, (_, index) => `field${index}`).join(' ')} ${last} }`;
    const [one, other] = [normalized(fields('a')), normalized(fields('b'))];
    expect(one.normalized).toHaveLength(2000);
    expect(other.normalized).toBe(one.normalized);
    expect(other.hash).not.toBe(one.hash);
  });

  it('keeps nothing of a long one beside that', () => {
    const source = `{ ${'aField '.repeat(13_000)} }`;
    const grown = heapGrowth(() => Array.from({ length: 20 }, () => normalized(source)));
    expect(grown).toBeLessThan(1_000_000);
  });
});
