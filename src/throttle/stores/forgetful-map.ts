/**
 * A map that forgets what is worth nothing any more, a few entries at each call, so that no timer runs and no call
 * takes long. When it is full all the same, it gives up the entry that would have been forgotten soonest.
 */
export interface ForgetfulMap<Value> {
  readonly size: number;
  get(key: string): Value | undefined;
  set(key: string, value: Value, now: number): void;
}

const entriesPerCall = 4;
const entriesSampled = 32;

export function forgetfulMap<Value>(
  maximumSize: number,
  /** When the entry is worth nothing; `Infinity` while it must not be lost. */
  worthlessAt: (value: Value) => number,
): ForgetfulMap<Value> {
  const entries = new Map<string, Value>();
  let cursor = entries.entries();

  function next(): [string, Value] | undefined {
    const step = cursor.next();
    if (!step.done) return step.value;
    cursor = entries.entries();
    return undefined;
  }

  function forgetWorthless(now: number): void {
    for (let step = 0; step < entriesPerCall; step++) {
      const entry = next();
      if (!entry) return;
      if (worthlessAt(entry[1]) <= now) entries.delete(entry[0]);
    }
  }

  function giveUpOne(): void {
    let soonest: string | undefined;
    let soonestAt = Number.POSITIVE_INFINITY;
    for (let step = 0; step < entriesSampled; step++) {
      const entry = next() ?? next();
      if (!entry) return;
      const at = worthlessAt(entry[1]);
      if (soonest === undefined || at < soonestAt) [soonest, soonestAt] = [entry[0], at];
    }
    if (soonest !== undefined) entries.delete(soonest);
  }

  return {
    get size() {
      return entries.size;
    },
    get: (key) => entries.get(key),
    set(key, value, now) {
      if (!entries.has(key)) {
        forgetWorthless(now);
        if (entries.size >= maximumSize) giveUpOne();
      }
      entries.set(key, value);
    },
  };
}
