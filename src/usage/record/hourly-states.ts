import { type CacheBound, weighedCache } from '../../kernel/bounded-cache.ts';

/** What is known of each key in one hour, on one instance. */
export interface HourlyStates<State> {
  /** Of the hour of `at`: a new one when what is there is of an earlier hour; what comes late goes to the later hour. */
  of(key: string, at: number): State;
  /** To be told that the state of a key has grown. The least recently used keys are forgotten when all are too large. */
  grown(key: string): void;
  clear(): void;
}

const emptyBytes = 600;
const hourMs = 3_600_000;

/** `weigh`: bytes of the heap that the state of a key holds. */
export function createHourlyStates<State>(
  bound: CacheBound,
  make: () => State,
  weigh: (state: State) => number,
): HourlyStates<State> {
  const keys = weighedCache<string, { readonly hour: number; readonly state: State }>(
    bound,
    ({ state }) => emptyBytes + weigh(state),
  );
  return {
    of(key, at) {
      const hour = Math.floor(at / hourMs);
      const known = keys.get(key);
      if (known !== undefined && known.hour >= hour) return known.state;
      const state = make();
      keys.set(key, { hour, state });
      return state;
    },
    grown: (key) => keys.grown(key),
    clear: () => keys.clear(),
  };
}
