import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { heapBytes } from '../../src/kernel/heap-bytes.ts';
import { heapGrowth } from '../support/heap.ts';

const times = 200;
/** As they come from a request: a text that was put together holds its parts. */
const words = (count: number): string[] =>
  JSON.parse(JSON.stringify(Array.from({ length: count }, (_, index) => `word${index}${Math.random()}`)));

describe('what plain data hold of the heap is never estimated too low', () => {
  it.each<[string, () => unknown]>([
    [
      'objects',
      () => Array.from({ length: 100 }, (_, index) => ({ index, name: `n${index}`, none: undefined, more: {} })),
    ],
    ['texts', () => words(100)],
    ['maps', () => new Map(words(100).map((word) => [word, { word }]))],
    ['sets', () => new Set(words(100))],
    ['numbers', () => Array.from({ length: 100 }, () => Math.random())],
    ['bytes', () => new Uint8Array(10_000)],
    ['documents', () => parse(`{ ${words(50).join(' ').replaceAll('.', '_')} }`)],
  ])('%s', (_, make) => {
    make();
    const grown = heapGrowth(() => Array.from({ length: times }, make));
    expect(times * heapBytes(make(), 160)).toBeGreaterThan(grown);
  });

  it('counts what is named twice once, and ends where data name themselves', () => {
    const shared = { text: 'x'.repeat(1_000) };
    const circle: Record<string, unknown> = { shared, again: shared };
    circle['self'] = circle;
    expect(heapBytes(circle)).toBeLessThan(3_000);
  });

  it('takes no stack', () => {
    let deep: object = {};
    for (let level = 0; level < 100_000; level++) deep = { deep };
    expect(heapBytes(deep)).toBeGreaterThan(0);
  });
});
