/** Whether something happens often, at the cost of three numbers. */
export interface RateMeter {
  /** Notes one more; `now` in milliseconds that never go back. */
  note(now: number): void;
  /** Of the last quarter of a second that is over: at least as often as asked for. */
  readonly hot: boolean;
}

const spanMs = 250;

export function rateMeter(perSecond: number): RateMeter {
  const enough = (perSecond * spanMs) / 1000;
  let startedAt = Number.NEGATIVE_INFINITY;
  let count = 0;
  let hot = enough <= 0;
  return {
    get hot() {
      return hot;
    },
    note(now) {
      if (now - startedAt >= spanMs) {
        hot = count >= enough && now - startedAt < 2 * spanMs;
        if (enough <= 0) hot = true;
        [startedAt, count] = [now, 0];
      }
      count++;
    },
  };
}
