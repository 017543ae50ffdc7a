/** Decides which of many requests get a line, while they come. */
export interface LineBudget {
  /** For how many requests the line of this one stands; `undefined` when it gets none. `now` in milliseconds. */
  take(now: number): number | undefined;
}

/**
 * At most `ratePerSecond` lines in a second. Nobody knows what a second will bring, so it is taken to bring what the last
 * one brought: of so many, an even part gets a line. A sudden crowd uses the second up, and is a part in the next.
 */
export function createLineBudget(ratePerSecond: number): LineBudget {
  let second = 0;
  let seen = 0;
  let written = 0;
  let oneOf = 1;
  return {
    take(now) {
      const current = Math.floor(now / 1000);
      if (current !== second) {
        const last = current === second + 1 ? seen : 0;
        oneOf = Number.isFinite(ratePerSecond) ? Math.max(1, Math.ceil(last / Math.max(1, ratePerSecond))) : 1;
        second = current;
        seen = 0;
        written = 0;
      }
      seen++;
      if ((seen - 1) % oneOf !== 0 || written >= ratePerSecond) return undefined;
      written++;
      return oneOf;
    },
  };
}
