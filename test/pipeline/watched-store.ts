import type { Clock } from '../../src/kernel/clock.ts';
import { createMemoryStore } from '../../src/throttle/stores/memory-store.ts';
import type { Reservation, ThrottleStore } from '../../src/throttle/throttle-store.ts';

/** A real store that remembers what it was asked, and can be switched off. */
export interface WatchedStore extends ThrottleStore {
  readonly reserved: readonly Reservation[];
  readonly settled: readonly { readonly id: string; readonly reserved: number; readonly actual: number }[];
  down: boolean;
  forget(): void;
}

export function watchedStore(clock: Clock): WatchedStore {
  const real = createMemoryStore({ clock });
  const reserved: Reservation[] = [];
  const settled: { id: string; reserved: number; actual: number }[] = [];
  const store: WatchedStore = {
    down: false,
    reserved,
    settled,
    forget: () => {
      reserved.length = 0;
      settled.length = 0;
    },
    async count(windows) {
      answering();
      return real.count(windows);
    },
    async reserve(reservation) {
      answering();
      const answer = await real.reserve(reservation);
      if (answer.kind === 'RESERVED' && !tellsOnly(reservation)) reserved.push(reservation);
      return answer;
    },
    async settle(reservation, actual) {
      answering();
      if (!tellsOnly(reservation)) settled.push({ id: reservation.id, reserved: reservation.cost, actual });
      return real.settle(reservation, actual);
    },
    async peek(buckets) {
      answering();
      return real.peek(buckets);
    },
    close: () => real.close(),
  };
  /** What was spent of a quota, by usage: nothing that runs. */
  function tellsOnly({ id }: Reservation): boolean {
    return id.startsWith('known:');
  }
  function answering(): void {
    if (store.down) throw new Error('connection refused');
  }
  return store;
}
