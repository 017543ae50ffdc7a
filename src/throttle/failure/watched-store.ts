import type { Clock } from '../../kernel/clock.ts';
import type { ThrottleStore } from '../throttle-store.ts';

/** Told of every call of a store: its name, how long it took, and whether there was an answer. */
export type StoreWatch = (call: 'count' | 'reserve' | 'settle' | 'peek', ms: number, answered: boolean) => void;

/** The same store, watched. */
export function watchedStore(store: ThrottleStore, { monotonic }: Clock, watch: StoreWatch): ThrottleStore {
  async function timed<Answer>(call: Parameters<StoreWatch>[0], work: () => Promise<Answer>): Promise<Answer> {
    const started = monotonic();
    let answered = false;
    try {
      const answer = await work();
      answered = true;
      return answer;
    } finally {
      watch(call, monotonic() - started, answered);
    }
  }
  return {
    count: (windows, requests) => timed('count', () => store.count(windows, requests)),
    reserve: (reservation) => timed('reserve', () => store.reserve(reservation)),
    settle: (reservation, actual) => timed('settle', () => store.settle(reservation, actual)),
    peek: (buckets) => timed('peek', () => store.peek(buckets)),
    close: () => store.close(),
  };
}
