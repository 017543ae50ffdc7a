import { leaseMs } from './instance-lease.ts';
import type { LeaseStore, OtherLease } from './lease-store.ts';

/** How many instances could answer from their caches when a change was made, and how many were seen to know of it. */
export interface Acknowledgement {
  /** The others had lost the right to, by the time this was given. */
  readonly instancesAcknowledged: number;
  readonly instancesTotal: number;
}

/** Timers are never early, and a renewal that was sent just before the commit counts from when it was sent. */
const marginMs = 50;

const pausesMs = [1, 2, 4, 8, 16, 25] as const;

/**
 * Waits until every other instance that holds a lease has acknowledged `epoch` or let its lease lapse, which is at most
 * one lease after the commit: a lease that was renewed after it, was renewed by an instance that then read the new epoch.
 * So it ends by then also when the database does not say who is left. Call it after the commit was answered.
 */
export async function awaitAcknowledgement(epoch: number, readOthers: LeaseStore['others']): Promise<Acknowledgement> {
  const total = new Set<string>();
  const acknowledged = new Set<string>();
  let isOver = false;
  let end = () => {};
  const over = new Promise<undefined>((resolve) => {
    end = () => resolve(undefined);
  });
  const timer = setTimeout(() => {
    isOver = true;
    end();
  }, leaseMs + marginMs);

  function note(others: readonly OtherLease[]): boolean {
    let waits = false;
    for (const { instance, epoch: known, live } of others) {
      if (live) total.add(instance);
      if (known >= epoch) acknowledged.add(instance);
      else if (live) waits = true;
    }
    return waits;
  }

  for (let look = 0; !isOver; look++) {
    const others = await Promise.race([readOthers().catch(() => undefined), over]);
    if (others && !note(others)) break;
    await Promise.race([pause(pausesMs[Math.min(look, pausesMs.length - 1)]), over]);
  }
  clearTimeout(timer);
  const alsoAcknowledged = [...total].filter((instance) => acknowledged.has(instance)).length;
  return { instancesAcknowledged: 1 + alsoAcknowledged, instancesTotal: 1 + total.size };
}

function pause(ms: number | undefined): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}
