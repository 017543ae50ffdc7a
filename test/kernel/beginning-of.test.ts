import { expect, it } from 'vitest';
import { beginningOf } from '../../src/kernel/beginning-of.ts';
import { heapGrowth } from '../support/heap.ts';

it('is the beginning of a text, or all of it', () => {
  expect(beginningOf('Zürich 🏔', 4)).toBe('Züri');
  expect(beginningOf('Zürich 🏔', 100)).toBe('Zürich 🏔');
  // Half a pair stays half a pair.
  expect(beginningOf('🏔', 1)).toBe('\ud83c');
});

it('does not keep the text', () => {
  const text = (number: number) => Buffer.alloc(100_000, `text ${number} `).toString();
  const grown = heapGrowth(() => Array.from({ length: 100 }, (_, number) => beginningOf(text(number), 50)));
  expect(grown).toBeLessThan(1_000_000);
});
