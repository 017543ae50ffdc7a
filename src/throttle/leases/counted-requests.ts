import { boundedCache, boundOfEntries } from '../../kernel/bounded-cache.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { CountAnswer, RequestsWindow, ThrottleStore } from '../throttle-store.ts';
import { requestsAtOnce } from './lease-size.ts';
import { type RateMeter, rateMeter } from './rate-meter.ts';

export interface CountedRequestsOptions {
  readonly store: ThrottleStore;
  readonly clock: Clock;
  readonly hotPerSecond: number;
}

/** Requests that were counted in advance, of one set of windows with their numbers. */
interface Counted {
  readonly rate: RateMeter;
  left: number;
  remaining: number | undefined;
  resetAt: number;
  /** When the first of the windows ends at the earliest; what is left is worth nothing from then on. */
  goodUntil: number;
  /** Somebody asks for more: the others ask for themselves alone. */
  asking: boolean;
}

export const countedRequestsBound = boundOfEntries(
  'requests that were counted in advance, with THROTTLE_LEASE',
  2000,
  1_000,
);

/**
 * Counts the requests of a hot key some at a time: they are counted before they come, so that never more pass than a
 * window allows. What does not come before the window ends was counted in vain.
 */
export function countedRequests({ store, clock, hotPerSecond }: CountedRequestsOptions): ThrottleStore['count'] {
  const sets = boundedCache<string, Counted>(countedRequestsBound);

  function setOf(windows: readonly RequestsWindow[]): Counted {
    const name = windows.map(({ id, max, windowMs }) => `${id} ${max} ${windowMs}`).join(' ');
    let set = sets.get(name);
    if (!set) {
      set = { rate: rateMeter(hotPerSecond), left: 0, remaining: undefined, resetAt: 0, goodUntil: 0, asking: false };
      sets.set(name, set);
    }
    return set;
  }

  function take(set: Counted, now: number): CountAnswer {
    set.left--;
    const [resetMs, firstResetMs] = [Math.max(0, set.resetAt - now), Math.max(0, set.goodUntil - now)];
    return { kind: 'COUNTED', remaining: (set.remaining ?? 0) + set.left, resetMs, firstResetMs };
  }

  function note(set: Counted, answer: CountAnswer, asked: number, more: number): void {
    if (answer.kind === 'REFUSED') {
      set.remaining = 0;
      return;
    }
    set.remaining = answer.remaining;
    if (more === 0) return;
    // From before it was asked, and answers are rounded up: by the store's clock the window does not end before.
    set.resetAt = asked + answer.resetMs - 1;
    set.goodUntil = asked + answer.firstResetMs - 1;
    set.left = more;
  }

  async function askFor(set: Counted, windows: readonly RequestsWindow[], block: number, now: number) {
    set.asking = true;
    try {
      const answer = await store.count(windows, block);
      note(set, answer, now, block - 1);
      return answer;
    } finally {
      set.asking = false;
    }
  }

  return async (windows, requests = 1) => {
    if (requests !== 1 || store.degraded) return store.count(windows, requests);
    const set = setOf(windows);
    const now = clock.monotonic();
    set.rate.note(now);
    if (set.left > 0 && now < set.goodUntil) return take(set, now);
    const block = set.rate.hot && !set.asking ? requestsAtOnce(windows, set.remaining) : 1;
    if (block > 1) {
      const answer = await askFor(set, windows, block, now);
      if (answer.kind === 'COUNTED') return { ...answer, remaining: answer.remaining + block - 1 };
      // There is perhaps room for one.
    }
    const single = await store.count(windows);
    note(set, single, now, 0);
    return single;
  };
}
