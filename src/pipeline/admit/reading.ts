import type { Verdict } from '../../admission/verdict.ts';

/**
 * What it costs to read a document that is not compiled yet: parsing by its bytes, compiling by its steps. Taken before
 * anybody knows whether the document is good for something, and given back when its operation is admitted, as far as that
 * costs as much (`docs/adr/0009-who-pays-for-reading.md`). A document of ordinary size is read for nothing, also when it is
 * wrong.
 *
 * It is a reservation like that of an operation, so it takes a place among those that run at once. When the process dies
 * before it is given back, it stays charged, and its place is free after its time to live.
 */
export interface ReadingCharge {
  /** Takes the points for so many more, beside those that are held. All or none. */
  take(points: number): Promise<Verdict>;
  /** Before the operation itself is reserved, which takes a place of its own. So many points of it are kept. */
  giveBack(but: number): Promise<void>;
  /** The operation did not run after all: points that were given back are taken again, as far as they are there. */
  takeAgain(): Promise<void>;
  /** The request is over: what is held is kept. Answers with the points that it cost. */
  end(): number;
}

/** What was taken for reading the document, and what was made of it. */
export interface CandidateReading {
  /** More was made of it than the operation itself, and is paid like that: what denials left, or a count that was in vain. */
  took(steps: number): Promise<Verdict>;
  /**
   * Step 10 is passed, at this price: the document is known from now on, and reading it costs nothing but for the steps that
   * the price does not cover.
   */
  affordable(price: number): Promise<void>;
  /** All the same the operation does not run now: somebody asked for its price only, or there is no budget for it. */
  unused(): Promise<void>;
}
