/** What numbers are added up for; known by identity. Only the tally that holds it writes here. */
export interface Tallied {
  /** The tally in which it has a row now. */
  tally?: object | undefined;
  row?: number;
}

/** Rows of numbers that were taken out of a tally; row `n` begins at `n * width`. */
export interface TakenRows<Of> {
  readonly of: readonly Of[];
  readonly numbers: Float64Array;
  readonly width: number;
}

export interface Tally<Of extends Tallied> {
  /**
   * Where the row begins in `numbers`: one of zeros when it is new. Something that has a row in another tally in
   * between may get a second one: whoever reads the rows adds them up.
   */
  rowOf(of: Of): number;
  /** Valid until the next call of `rowOf`. */
  numbers(): Float64Array;
  readonly size: number;
  take(): TakenRows<Of>;
}

const initialRows = 256;

/**
 * Numbers added up in one block of memory that is used again and again: counting a request allocates nothing, and the
 * collector has nothing to look at.
 */
export function createTally<Of extends Tallied>(width: number): Tally<Of> {
  let numbers = new Float64Array(initialRows * width);
  let of: Of[] = [];
  let self = {};
  return {
    rowOf(one) {
      if (one.tally === self && one.row !== undefined) return one.row;
      const row = of.length * width;
      if (row + width > numbers.length) {
        const larger = new Float64Array(numbers.length * 2);
        larger.set(numbers);
        numbers = larger;
      }
      of.push(one);
      one.tally = self;
      one.row = row;
      return row;
    },
    numbers: () => numbers,
    get size() {
      return of.length;
    },
    take() {
      const used = of.length * width;
      const taken = { of, numbers: numbers.slice(0, used), width };
      numbers.fill(0, 0, used);
      of = [];
      self = {};
      return taken;
    },
  };
}

export function add(numbers: Float64Array, place: number, value: number): void {
  numbers[place] = (numbers[place] ?? 0) + value;
}
