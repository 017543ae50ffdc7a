import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { createSharedTime, offsetOf, ownTime, readDatabaseTime } from '../../src/db/shared-time.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { testClock } from '../support/test-clock.ts';
import { openTestDatabase } from '../support/test-database.ts';

describe('the offset of a clock', () => {
  it.each([
    // Read at 1000, answered at 1200; the database was asked at some moment between.
    [1000, 1000, 1200, 0],
    [1000, 1200, 1200, 0],
    [1000, 1100, 1200, 0],
    [1000, 900, 1200, 100],
    [1000, 1500, 1200, -300],
    // However long the answer took, nobody is blamed for that.
    [0, 500_000, 1_000_000, 0],
  ])('asked at %i, told %i, at %i, is at least %i', (before, there, after, offset) => {
    expect(offsetOf(before, there, after)).toBe(offset);
  });
});

describe('the time that all instances share', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line: string) => void lines.push(line) });

  it("is the database's, up to a minute of difference; beyond that there is none, and the log says so once", async () => {
    const clock = testClock();
    const start = clock.now();
    let there = start;
    const time = createSharedTime({ read: async () => there, clock, logger });
    const seen: unknown[] = [];
    const look = async (offset: number) => {
      there = start - offset;
      seen.push([await time.now(), time.agrees, time.offsetMs]);
    };
    for (const offset of [0, 60_000, -60_000, 60_001, 864_000_000, -60_001, -864_000_000, 1000]) await look(offset);
    expect(seen).toEqual([
      [start, true, 0],
      [start - 60_000, true, 60_000],
      [start + 60_000, true, -60_000],
      [undefined, false, 60_001],
      [undefined, false, 864_000_000],
      [undefined, false, -60_001],
      [undefined, false, -864_000_000],
      [start - 1000, true, 1000],
    ]);
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      expect.stringContaining('differs from that of the database by more than a minute'),
      expect.stringContaining('agree again'),
    ]);
  });

  it('rejects when the database does, and stays what it was', async () => {
    const clock = testClock();
    const time = createSharedTime({ read: () => Promise.reject(new Error('down')), clock, logger });
    await expect(time.now()).rejects.toThrow('down');
    expect(time.agrees).toBe(true);
  });

  it("is one's own where the database is in the same process", async () => {
    const clock = testClock();
    expect(await ownTime(clock).now()).toBe(clock.now());
  });
});

describe('the time of a database', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  it('is that of its machine, which is this one', async () => {
    const before = Date.now();
    const there = await readDatabaseTime(database);
    // The database knows microseconds, and is read to whole milliseconds.
    expect(Math.abs(offsetOf(before, there, Date.now()))).toBeLessThanOrEqual(1);
  });
});
