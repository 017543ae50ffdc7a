import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Waiting, whomToCut } from '../../src/http/whom-to-cut.ts';

/** `a9` is an answer of `a` of 9 bytes; the oldest stands first. */
const answers = (text: string): Waiting[] =>
  text.split(' ').map((answer) => ({ holder: answer.charAt(0), bytes: Number(answer.slice(1)) }));

it.each([
  ['nobody, while there is room', 'a40 b40', []],
  ['the newest of whoever holds most, not the oldest of all', 'b9 a9 a9 a9 a9 a9 a9 a9 a8 a7', [9]],
  ['as many of these as there have to be', 'b9 a30 a30 a30', [3]],
  ['whoever holds most by then', 'a30 b25 a30 b25', [2]],
  ['a single one that holds more than many small ones', 'a81 b1 b1 b1', [0]],
  ['of two that hold as much, the one who came later', 'a60 b60', [1]],
  ['nothing that holds nothing', 'a90 a0 b0', [0]],
])('cuts %s', (_, text, cut) => {
  const waiting = answers(text);
  expect(whomToCut(waiting, 80).map((answer) => waiting.indexOf(answer))).toEqual(cut);
});

const waitingAnswers = fc.array(
  fc.record({ holder: fc.constantFrom('a', 'b', 'c', 'd'), bytes: fc.integer({ min: 0, max: 40 }) }),
);
const sumOf = (waiting: readonly Waiting[]) => waiting.reduce((sum, { bytes }) => sum + bytes, 0);

it('leaves no more than there may be, cuts no answer too many, and never one of whoever holds less than another', () => {
  fc.assert(
    fc.property(waitingAnswers, fc.integer({ min: 0, max: 200 }), (waiting, most) => {
      let left: readonly Waiting[] = waiting;
      for (const answer of whomToCut(waiting, most)) {
        expect(sumOf(left)).toBeGreaterThan(most);
        const heldBy = (holder: string) => sumOf(left.filter((other) => other.holder === holder));
        for (const { holder } of left) expect(heldBy(answer.holder)).toBeGreaterThanOrEqual(heldBy(holder));
        const newest = left.findLast(({ holder, bytes }) => holder === answer.holder && bytes > 0);
        expect(answer).toBe(newest);
        left = left.filter((other) => other !== answer);
      }
      expect(sumOf(left)).toBeLessThanOrEqual(most);
    }),
  );
});
