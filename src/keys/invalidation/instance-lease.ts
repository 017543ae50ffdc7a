import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { LeaseStore } from './lease-store.ts';

/** How long a lease stands in the database, in milliseconds. */
export const leaseMs = 1000;

/** How long the holder relies on it: less, so that its clock may run a tenth slower than the database's. */
export const reliedOnMs = 900;

const renewEveryMs = 300;

/** An epoch that rises during every renewal is caught up with at the next one. */
const maxRounds = 3;

/**
 * The right of this instance to answer from what it cached of keys. Why that is safe, with E the epoch of a change:
 *
 * 1. A renewal writes the lease, then reads the epoch, forgets what it had missed, and only then relies on the lease:
 *    until 900 ms after it was *sent*, on a clock of this process that goes on while the process is stopped.
 * 2. A change that committed before the epoch was read is seen by that read: what it made stale is forgotten.
 * 3. One that committed after it committed after the lease was written: whoever made it finds the lease, and waits until
 *    it says E or has lapsed on the database's clock, which began to count after this process did.
 * 4. An instance says E only when it has forgotten what the changes up to E made stale, and a read that was under way
 *    meanwhile is not used.
 * 5. Whether the lease lives, and the entry is still there, is asked in the same turn of the event loop in which an
 *    operation starts.
 *
 * So when the answer to a change is given, nothing of before it can start anything. No two wall clocks are compared; that
 * clocks run equally fast to within a tenth is assumed, and that the database's does not jump ahead.
 * A process that dies at any of these lines leaves a lease that lapses by itself.
 */
export interface InstanceLease {
  /** Whether cached entries may be used at this very moment. */
  isLive(): boolean;
  /** Takes a lease when there is none; answers whether there is one then. */
  obtain(): Promise<boolean>;
  /** More changes are known than the lease says: tells the database at once. */
  acknowledge(): void;
  close(): Promise<void>;
}

export interface InstanceLeaseOptions {
  readonly store: LeaseStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** All changes up to this one are known, and nothing that they made stale is kept. */
  readonly known: () => number;
  /** The database has come to this epoch: forgets everything when something before it was missed. */
  readonly reach: (epoch: number) => void;
}

export function createInstanceLease({ store, clock, logger, known, reach }: InstanceLeaseOptions): InstanceLease {
  // Both must agree: the monotonic clock stands while the whole machine sleeps, the other one can be set back.
  let until = { monotonic: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY };
  let acknowledged = 0;
  let running: Promise<void> | undefined;
  let closed = false;

  const isLive = () => clock.monotonic() < until.monotonic && clock.now() < until.wall;

  async function renewOnce(): Promise<void> {
    const sentAt = { monotonic: clock.monotonic(), wall: clock.now() };
    const saying = known();
    await store.renew(saying, leaseMs);
    reach(await store.readEpoch());
    if (closed) return;
    acknowledged = saying;
    until = { monotonic: sentAt.monotonic + reliedOnMs, wall: sentAt.wall + reliedOnMs };
  }

  async function renew(): Promise<void> {
    for (let round = 0; round < maxRounds && !closed; round++) {
      await renewOnce();
      if (acknowledged >= known()) return;
    }
  }

  function renewal(): Promise<void> {
    running ??= renew().finally(() => {
      running = undefined;
    });
    return running;
  }

  function renewInBackground(): void {
    if (closed) return;
    renewal().catch((err: unknown) => logger.debug({ err }, 'the lease on cached keys was not renewed'));
  }

  const timer = setInterval(renewInBackground, renewEveryMs);
  timer.unref();

  return {
    isLive,
    async obtain() {
      // One that was under way already may have been asked for too long ago.
      for (let attempt = running ? 0 : 1; attempt < 2 && !closed && !isLive(); attempt++) {
        try {
          await renewal();
        } catch {
          break;
        }
      }
      return isLive();
    },
    acknowledge() {
      if (running) void running.then(acknowledgeRest, acknowledgeRest);
      else renewInBackground();
    },
    async close() {
      closed = true;
      until = { monotonic: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY };
      clearInterval(timer);
      await running?.catch(() => undefined);
      // One that stays behind lapses by itself.
      await store.release().catch(() => undefined);
    },
  };

  function acknowledgeRest(): void {
    if (known() > acknowledged) renewInBackground();
  }
}
