/** An answer that waits: whose it is, and how much of the process's memory it takes. */
export interface Waiting {
  readonly holder: string;
  readonly bytes: number;
}

/**
 * Which answers are given up so that those that are left hold no more than `mostBytes`: again and again the newest one of
 * whoever then holds most. So nobody who holds less pays for somebody who holds more, whoever came first. `waiting` is in
 * the order in which the answers came, the oldest first.
 */
export function whomToCut<Answer extends Waiting>(waiting: readonly Answer[], mostBytes: number): readonly Answer[] {
  const holdings = holdingsOf(waiting);
  const cut: Answer[] = [];
  let left = waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  while (left > mostBytes) {
    const largest = holdings.reduce((most, other) => (other.bytes >= most.bytes ? other : most));
    const newest = largest.answers.pop();
    if (!newest) break;
    largest.bytes -= newest.bytes;
    left -= newest.bytes;
    if (newest.bytes > 0) cut.push(newest);
  }
  return cut;
}

/** What somebody holds. */
interface Holding<Answer> {
  bytes: number;
  /** The newest last. */
  readonly answers: Answer[];
}

/** In the order in which the holders came: of two that hold as much, the later one gives way. */
function holdingsOf<Answer extends Waiting>(waiting: readonly Answer[]): readonly Holding<Answer>[] {
  const holdings = new Map<string, Holding<Answer>>();
  for (const answer of waiting) {
    const holding = holdings.get(answer.holder) ?? { bytes: 0, answers: [] };
    holding.bytes += answer.bytes;
    holding.answers.push(answer);
    holdings.set(answer.holder, holding);
  }
  return [...holdings.values()];
}
