import { sql } from 'drizzle-orm';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Database } from './database.ts';

/**
 * The time that all instances share: the database's. Whatever is removed, or declared over, for everybody goes by it: one
 * instance whose clock is days ahead would else take everybody's data with it.
 */
export interface SharedTime {
  /**
   * Milliseconds since the epoch; `undefined` while the clock of this process differs by more than a minute: either may
   * be the wrong one, so this process removes nothing. Rejects when the database does not answer.
   */
  now(): Promise<number | undefined>;
  /** How far the clock of this process is ahead, in milliseconds, as it was found last; negative when it is behind. */
  readonly offsetMs: number;
  /** False: this instance is not ready. */
  readonly agrees: boolean;
}

const mostOffsetMs = 60_000;

export interface SharedTimeOptions {
  /** Asks the database. */
  readonly read: () => Promise<number>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createSharedTime({ read, clock, logger }: SharedTimeOptions): SharedTime {
  let offsetMs = 0;
  let agrees = true;

  function note(found: number): void {
    offsetMs = found;
    const agreed = agrees;
    agrees = Math.abs(offsetMs) <= mostOffsetMs;
    if (agreed && !agrees) {
      logger.error(
        { offsetMs },
        'the clock of this machine differs from that of the database by more than a minute: this instance is not ready, and removes nothing',
      );
    } else if (!agreed && agrees) {
      logger.info({ offsetMs }, 'the clocks of this machine and of the database agree again');
    }
  }

  return {
    async now() {
      const before = clock.now();
      const there = await read();
      note(offsetOf(before, there, clock.now()));
      return agrees ? there : undefined;
    },
    get offsetMs() {
      return offsetMs;
    },
    get agrees() {
      return agrees;
    },
  };
}

/** How far ahead one's own clock is, at least: the other was read at some moment between `before` and `after`. */
export function offsetOf(before: number, there: number, after: number): number {
  if (there < before) return before - there;
  return there > after ? after - there : 0;
}

export async function readDatabaseTime(database: Pick<Database, 'rows'>): Promise<number> {
  const [row] = await database.rows<{ now: number }>(sql`SELECT clock_timestamp() AS now`);
  if (!row) throw new Error('The database did not say what time it is');
  return row.now;
}

/** Where the database runs in this process, and has its clock. */
export function ownTime(clock: Clock): SharedTime {
  return { now: async () => clock.now(), offsetMs: 0, agrees: true };
}
