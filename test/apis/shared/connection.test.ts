import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectionFrom, type PageSource } from '../../../src/apis/shared/connection.ts';
import { type CursorKey, cursorCodec } from '../../../src/apis/shared/cursor.ts';
import type { KeysetRequest } from '../../../src/db/keyset-page.ts';

const secret = new Uint8Array(32).fill(1);
const cursors = cursorCodec(secret, 'Query.numbers', 'VALUE ASC');

/** Numbers in their order: the simplest storage there can be. */
function numbers(values: readonly number[]): PageSource<number> & { requests: KeysetRequest[] } {
  const requests: KeysetRequest[] = [];
  return {
    requests,
    keyOf: (value) => [value],
    count: async () => values.length,
    async rows(request) {
      requests.push(request);
      const { after, before, limit, backward } = request;
      const inside = values.filter(
        (value) =>
          (!after || value > Number(after.key[0]) || (after.inclusive && value === after.key[0])) &&
          (!before || value < Number(before.key[0]) || (before.inclusive && value === before.key[0])),
      );
      return (backward ? [...inside].reverse() : inside).slice(0, limit);
    },
  };
}

/** Relay Cursor Connections, §4.4: what a page must be, said over the whole list. */
function specified(
  values: readonly number[],
  after: number | null,
  before: number | null,
  first?: number,
  last?: number,
) {
  const edges = values.filter((value) => (after === null || value > after) && (before === null || value < before));
  if (first !== undefined) return edges.slice(0, first);
  return last === undefined ? edges.slice(0, 20) : edges.slice(Math.max(0, edges.length - last));
}

test('every page is what the specification says, and says truly what lies beyond it', async () => {
  const place = fc.option(fc.integer({ min: 0, max: 60 }));
  const size = fc.oneof(
    fc.record({ first: fc.integer({ min: 0, max: 100 }) }),
    fc.record({ last: fc.integer({ min: 0, max: 100 }) }),
    fc.constant({}),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 0, max: 60 })).map((values) => values.sort((a, b) => a - b)),
      place,
      place,
      size,
      async (values, after, before, page: { first?: number; last?: number }) => {
        const cursorOf = (value: number | null) => (value === null ? null : cursors.encode([value]));
        const connection = await connectionFrom(
          { ...page, after: cursorOf(after), before: cursorOf(before) },
          cursors,
          numbers(values),
        );
        const nodes = connection.edges.map(({ node }) => node);
        const expected = specified(values, after, before, page.first, page.last);
        expect(nodes).toEqual(expected);
        expect(connection.edges.map(({ cursor }) => cursors.decode(cursor))).toEqual(nodes.map((node) => [node]));
        if (expected.length === 0) return;
        expect(await connection.pageInfo).toEqual({
          hasNextPage: values.some((value) => value > (expected.at(-1) ?? 0)),
          hasPreviousPage: values.some((value) => value < (expected[0] ?? 0)),
          startCursor: connection.edges[0]?.cursor,
          endCursor: connection.edges.at(-1)?.cursor,
        });
      },
    ),
    { numRuns: 500 },
  );
});

test('asks for one row more than the page, and for no more until it must', async () => {
  const source = numbers([1, 2, 3]);
  const connection = await connectionFrom({ first: 2 }, cursors, source);
  expect(source.requests).toEqual([{ after: undefined, before: undefined, limit: 3, backward: false }]);
  await connection.pageInfo;
  expect(source.requests).toHaveLength(1);
});

describe('cursors', () => {
  test('carry their key unchanged', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), (key: CursorKey) => {
        fc.pre(!key.some((part) => Object.is(part, -0)));
        expect(cursors.decode(cursors.encode(key))).toEqual(key);
      }),
    );
  });

  test('of another secret, field, order, or with any other byte are refused', () => {
    const cursor = cursors.encode(['Paris', 1]);
    const others = [
      cursorCodec(new Uint8Array(32), 'Query.numbers', 'VALUE ASC'),
      cursorCodec(secret, 'Query.number', 'sVALUE ASC'),
      cursorCodec(secret, 'Query.numbers', 'VALUE DESC'),
    ];
    for (const other of others) expect(() => other.decode(cursor)).toThrow(/cursor/);
    const bytes = Buffer.from(cursor, 'base64url');
    bytes.forEach((byte, index) => {
      const changed = Buffer.from(bytes);
      changed[index] = byte ^ 1;
      expect(() => cursors.decode(changed.toString('base64url'))).toThrow(/cursor/);
    });
    for (const text of [`${cursor}=`, `${cursor} `, cursor.slice(0, 20), '', '\u0000']) {
      expect(() => cursors.decode(text)).toThrow(/cursor/);
    }
  });
});
