/** How often something happened since the start, which a metric reads. */
export interface Counter {
  readonly count: number;
  increment(): void;
}

export function createCounter(): Counter {
  let count = 0;
  return {
    get count() {
      return count;
    },
    increment: () => {
      count++;
    },
  };
}
