/** How many streams each key and each application has open on this instance. */
export interface OpenStreams {
  /** Takes one place in each, or `undefined` when one of them is full. The function that it answers gives them back, once. */
  open(places: readonly StreamPlace[]): (() => void) | undefined;
  /** Streams that are open. */
  readonly total: number;
}

export interface StreamPlace {
  /** As of a bucket: `key:<id>` or `application:<id>`. */
  readonly id: string;
  readonly max: number;
}

/**
 * A stream costs nothing between its events and still holds a socket and a place in every fan-out: a cap bounds how many.
 * Counted for each instance, where those resources are; it holds one number for each that has a stream open.
 */
export function createOpenStreams(): OpenStreams {
  const counts = new Map<string, number>();
  let total = 0;
  const add = (id: string, change: number): void => {
    const count = (counts.get(id) ?? 0) + change;
    if (count > 0) counts.set(id, count);
    else counts.delete(id);
  };
  return {
    get total() {
      return total;
    },
    open(places) {
      if (places.some(({ id, max }) => (counts.get(id) ?? 0) >= max)) return undefined;
      for (const { id } of places) add(id, 1);
      total++;
      let open = true;
      return () => {
        if (!open) return;
        open = false;
        for (const { id } of places) add(id, -1);
        total--;
      };
    },
  };
}
