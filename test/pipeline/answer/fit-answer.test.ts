import { buildSchema, parse } from 'graphql';
import { expect, it } from 'vitest';
import { fitAnswer } from '../../../src/pipeline/answer/fit-answer.ts';
import { compileDocument } from '../../../src/plan/compile-document/compile-document.ts';
import { compileSchema } from '../../../src/plan/compile-schema/compile-schema.ts';
import { declare } from '../../../src/plan/declare.ts';

const compiled = compileSchema(
  declare(buildSchema('type Query { a: Int } type Mutation { make: Made } type Made { text: String }'), {
    mutations: { make: ['write'] },
  }),
);

/** The answer of so many mutations, each with a text of the length that is given, and how often those were read. */
function fitted(sizes: readonly number[], maximumBytes: number) {
  const keys = sizes.map((_, index) => `a${index}`);
  const document = parse(`mutation { ${keys.map((key) => `${key}: make { text }`).join(' ')} }`);
  const planned = compileDocument(compiled, document, undefined, { maxSteps: 10_000, maxDepth: 15 });
  if (planned.kind !== 'PLANNED') throw new Error(planned.kind);
  let reads = 0;
  const data = Object.fromEntries(
    sizes.map((size, index) => [
      `a${index}`,
      {
        get text() {
          reads++;
          return 'x'.repeat(size);
        },
      },
    ]),
  );
  const meter = {
    bytes: 0,
    isFull: false,
    begun: new Set(keys),
    stopped: new Set<string>(),
    kept: new Map(),
    abandon: () => {},
  };
  const answer = fitAnswer(
    { data },
    { plan: planned.plan, meter, isCounted: false, maximumBytes, whole: (result) => result },
  );
  if (answer.kind !== 'FITS') throw new Error(answer.kind);
  const counted = reads;
  const { data: left = {}, errors = [] } = answer.result;
  return {
    reads: counted,
    bytes: JSON.stringify(answer.result).length,
    dropped: keys.filter((key) => left?.[key] === null),
    told: errors.map(({ path }) => path?.[0]),
  };
}

it('leaves out the largest fields, and no more of them than there is no room for', () => {
  const sizes = [900, 100, 1500, 400, 1200, 1000];
  const all = fitted(sizes, 100_000);
  expect(all.dropped).toEqual([]);
  const { dropped, told, bytes } = fitted(sizes, all.bytes - 1);
  expect(dropped).toEqual(['a2']);
  expect(told).toEqual(['a2']);
  expect(fitted(sizes, bytes).dropped).toEqual(['a2']);
  expect(fitted(sizes, bytes - 1).dropped).toEqual(['a2', 'a4']);
});

it.each([1000, 400])('reads the fields of an answer a few times, however many of %i bytes are left out', (size) => {
  const sizes = Array.from({ length: 800 }, (_, index) => size + (index % 7));
  const all = fitted(sizes, 10_000_000);
  const { reads, dropped, bytes } = fitted(sizes, Math.round(all.bytes * 0.8));
  expect(dropped.length).toBeGreaterThan(150);
  expect(bytes).toBeLessThanOrEqual(all.bytes * 0.8);
  // One more would not have fitted.
  expect(bytes).toBeGreaterThan(all.bytes * 0.8 - 2 * size);
  expect(reads).toBeLessThan(40 * sizes.length);
});
