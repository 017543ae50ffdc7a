/** One line of the code broken on purpose, and the test that must notice. */
export interface Mutant {
  /** What no longer holds. */
  readonly breaks: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** A test file, and part of the name of the test when it is one of many. */
  readonly test: string;
  readonly name?: string;
}
