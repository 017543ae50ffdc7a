/** Which changes an instance knows of: all up to `current`, and perhaps some that were heard of before their turn. */
export interface KnownEpoch {
  readonly current: number;
  /** Answers whether the change is news. Then what it made stale must be forgotten before anything else happens. */
  hear(epoch: number): boolean;
  /** The database has come to `epoch`; answers whether something on the way there was never heard of. */
  reach(epoch: number): boolean;
  /** Nothing is known any more: the next `reach` finds that something was missed. */
  reset(): void;
}

/** More than this many before their turn: their predecessor is lost, and the next `reach` will say so. */
const mostAhead = 1000;

/**
 * Notifications come in the order of commits, but those of this instance's own changes come to it in two ways, and some
 * may never come. A number counts as known only when all before it are: so a lost one is noticed at the next look at
 * the database, at the latest, and never hidden by those that came after it.
 */
export function createKnownEpoch(): KnownEpoch {
  let current = 0;
  const ahead = new Set<number>();

  function advance(): void {
    while (ahead.delete(current + 1)) current++;
  }

  return {
    get current() {
      return current;
    },
    hear(epoch) {
      if (epoch <= current || ahead.has(epoch)) return false;
      if (epoch === current + 1 || ahead.size < mostAhead) ahead.add(epoch);
      advance();
      return true;
    },
    reach(epoch) {
      if (epoch <= current) return false;
      current = epoch;
      for (const heard of ahead) if (heard <= epoch) ahead.delete(heard);
      advance();
      return true;
    },
    reset() {
      current = 0;
      ahead.clear();
    },
  };
}
