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

describe('a page of which something is not selected', () => {
  test('reads nothing for a count', async () => {
    const source = numbers([1, 2, 3]);
    const selected = { page: 'NOTHING', hasNextPage: false, hasPreviousPage: false } as const;
    const connection = await connectionFrom({ first: 2 }, cursors, source, selected);
    expect(await connection.totalCount()).toBe(3);
    expect(source.requests).toEqual([]);
  });

  test('reads of rows their places alone where the source can, and says the same of the page', async () => {
    const values = Array.from({ length: 30 }, (_, index) => index);
    const selected = { page: 'PLACES', hasNextPage: true, hasPreviousPage: true } as const;
    const cursorOf = (value: number | undefined) => (value === undefined ? null : cursors.encode([value]));
    const place = fc.option(fc.integer({ min: 0, max: 29 }), { nil: undefined });
    const size = fc.integer({ min: 0, max: 31 });
    const sized = fc.oneof(fc.record({ first: size }), fc.record({ last: size }));
    await fc.assert(
      fc.asyncProperty(sized, place, place, async (page, after, before) => {
        const asked = { ...page, after: cursorOf(after), before: cursorOf(before) };
        const whole = await connectionFrom(asked, cursors, numbers(values));
        const rows = numbers(values);
        const places = async (request: KeysetRequest) => (await rows.rows(request)).map((value) => [value]);
        const narrow = { ...rows, places, rows: () => Promise.reject(new Error('a row was read')) };
        const connection = await connectionFrom(asked, cursors, narrow, selected);
        expect(connection.edges.map(({ cursor }) => cursor)).toEqual(whole.edges.map(({ cursor }) => cursor));
        expect(await connection.pageInfo).toEqual(await whole.pageInfo);
      }),
    );
  });

  test('reads of rows only the first and the last where only the page is described, and says the same of it', async () => {
    const values = Array.from({ length: 30 }, (_, index) => index);
    const cursorOf = (value: number | undefined) => (value === undefined ? null : cursors.encode([value]));
    const place = fc.option(fc.integer({ min: 0, max: 29 }), { nil: undefined });
    const size = fc.integer({ min: 0, max: 31 });
    const sized = fc.oneof(fc.record({ first: size }), fc.record({ last: size }));
    await fc.assert(
      fc.asyncProperty(sized, place, place, fc.boolean(), async (page, after, before, canReadEnds) => {
        const asked = { ...page, after: cursorOf(after), before: cursorOf(before) };
        const whole = await connectionFrom(asked, cursors, numbers(values));
        const rows = numbers(values);
        const ends = async (request: KeysetRequest) => {
          const found = await rows.rows(request);
          const inPage = found.slice(0, request.limit - 1).map((value) => [value]);
          const middle = inPage.length > 1 ? [inPage.at(-1) ?? []] : [];
          return { ends: [...inPage.slice(0, 1), ...middle], found: found.length };
        };
        const source = { ...rows, ...(canReadEnds && { ends }) };
        const selected = { page: 'ENDS', hasNextPage: true, hasPreviousPage: true } as const;
        const connection = await connectionFrom(asked, cursors, source, selected);
        expect(await connection.pageInfo).toEqual(await whole.pageInfo);
      }),
    );
  });

  test('looks beyond its cursor only when that is asked', async () => {
    const source = numbers([1, 2, 3]);
    const selected = { page: 'ROWS', hasNextPage: true, hasPreviousPage: false } as const;
    const connection = await connectionFrom({ first: 1, after: cursors.encode([1]) }, cursors, source, selected);
    expect(await connection.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(source.requests).toHaveLength(1);
  });

  test('signs no cursor that nobody asks for', async () => {
    let signed = 0;
    const counting = { ...cursors, encode: (key: CursorKey) => `${++signed} ${key}` };
    const connection = await connectionFrom({ first: 3 }, counting, numbers([1, 2, 3]));
    expect(signed).toBe(0);
    expect((await connection.pageInfo).endCursor).toBe('1 3');
    expect(signed).toBe(1);
  });
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

  test('tells nothing of the key that it holds, and is the same for the same row', () => {
    const key = ['0195d0f2-7d3e-7000-8000-00000000cafe', 2];
    const cursor = cursors.encode(key);
    expect(cursors.encode(key)).toBe(cursor);
    expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('cafe');
    expect(cursors.decode(cursor)).toEqual(key);
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
