import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { badLiteral, badVariable } from '../../../src/pipeline/document/check-text.ts';

describe('text that no database can hold', () => {
  it.each([
    ['a NUL character', { name: 'a\u0000b' }],
    ['half a surrogate pair', { list: [{ deep: '\ud800' }] }],
    ['an infinite number', { radius: Number.POSITIVE_INFINITY }],
  ])('is found in variables: %s', (_, variables) => {
    expect(badVariable(variables)).toMatch(/^A variable holds/);
  });

  it('lets every other text pass', () => {
    expect(badVariable({ name: 'Zürich 🏔', n: 1.5, yes: true, none: null, __proto__x: ['a'] })).toBeUndefined();
  });

  it('is found under a key named __proto__', () => {
    expect(badVariable(JSON.parse('{"__proto__": {"a": "\\u0000"}}'))).toBeDefined();
  });

  it('refuses variables that nest without end, without exhausting the stack', () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    expect(badVariable({ deep })).toMatch(/64 levels/);
  });

  it.each([
    ['{ country(code: "C\\u0000") { name } }', /NUL/],
    ['{ citiesNear(latitude: 1e309) { name } }', /too large/],
  ])('is found in literals: %s', (text, expected) => {
    expect(badLiteral(parse(text))?.message).toMatch(expected);
  });

  it('lets every other literal pass; half a surrogate pair is refused by the parser itself', () => {
    expect(badLiteral(parse('{ country(code: "CH", size: 1e308) { name } }'))).toBeUndefined();
    expect(() => parse('{ country(code: "\\uD800") { name } }')).toThrow();
  });
});
