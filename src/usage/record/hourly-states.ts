import { boundedCache } from '../../kernel/bounded-cache.ts';

/** What is known of each key in one hour, on one instance. */
export interface HourlyStates<State> {
  /** Of the hour of `at`: a new one when what is there is of an earlier hour; what comes late goes to the later hour. */
  of(key: string, at: number): State;
  clear(): void;
}

/** The least recently used keys are forgotten when there are more. */
const maxKeys = 5000;
const hourMs = 3_600_000;

export function createHourlyStates<State>(make: () => State): HourlyStates<State> {
  const keys = boundedCache<string, { readonly hour: number; readonly state: State }>(maxKeys);
  return {
    of(key, at) {
      const hour = Math.floor(at / hourMs);
      const known = keys.get(key);
      if (known !== undefined && known.hour >= hour) return known.state;
      const state = make();
      keys.set(key, { hour, state });
      return state;
    },
    clear: () => keys.clear(),
  };
}
