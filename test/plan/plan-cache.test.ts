import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { createPlanCache } from '../../src/plan/plan-cache.ts';

function counting() {
  let count = 0;
  return () => ({ number: ++count });
}

test('compiles once for each document and operation name', () => {
  const cache = createPlanCache<{ number: number }>(2);
  const [first, second] = [parse('{ a }'), parse('{ a }')];
  const compile = counting();
  expect(cache.get(first, undefined, compile).number).toBe(1);
  expect(cache.get(first, undefined, compile).number).toBe(1);
  expect(cache.get(first, 'A', compile).number).toBe(2);
  expect(cache.get(second, undefined, compile).number).toBe(3);
  expect(cache.get(first, undefined, compile).number).toBe(1);
});

test('forgets the least recently used document, and a document remembers few names', () => {
  const cache = createPlanCache<{ number: number }>(2);
  const documents = ['{ a }', '{ b }', '{ c }'].map((source) => parse(source));
  const compile = counting();
  for (const document of documents) cache.get(document, undefined, compile);
  const [first, , last] = documents;
  if (!first || !last) throw new Error('no documents');
  expect(cache.get(last, undefined, compile).number).toBe(3);
  expect(cache.get(first, undefined, compile).number).toBe(4);
  for (let name = 0; name < 100; name++) cache.get(first, `n${name}`, compile);
  expect(cache.get(first, 'n0', compile).number).toBe(5);
  expect(cache.get(first, 'n99', compile).number).toBe(105);
});
