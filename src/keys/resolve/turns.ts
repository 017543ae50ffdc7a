import type { Clock } from '../../kernel/clock.ts';

export interface TurnsOptions<Question, Answer> {
  readonly clock: Clock;
  /** Calls `work` once, so many milliseconds from now; by a clock that nobody sets. */
  readonly after?: (ms: number, work: () => void) => void;
  /** Answers all questions of a turn, in their order; one statement. */
  readonly ask: (questions: readonly Question[]) => Promise<readonly Answer[]>;
  /** From the beginning of one turn to that of the next, at least. */
  readonly everyMs?: number;
  /** Questions of one turn; the others wait for the next one. */
  readonly mostAtOnce?: number;
  /** More are not kept waiting: the last one of whoever has the most waiting is turned away. */
  readonly mostWaiting?: number;
  /** Of one asker. */
  readonly mostOfOne?: number;
}

/** There is no room for the question: its asker has more questions waiting than any other, or than one may have. */
export class TurnedAway extends Error {
  readonly asker: string;
  constructor(asker: string) {
    super('too many questions of one asker');
    this.asker = asker;
  }
}

interface Waiting<Question, Answer> {
  readonly question: Question;
  resolve(answer: Answer): void;
  reject(reason: unknown): void;
}

/**
 * Questions that wait for their turn: however many come, there is one statement at a time, and ten a second. Each asker has one
 * question answered before any has a second one, and who asks too much is turned away, so that nobody shuts out another:
 * whoever asks is delayed by a tenth of a second, and by a second or so at the worst. Rejects with `TurnedAway`, or with what
 * `ask` rejects with.
 */
export function takeTurns<Question, Answer>(
  options: TurnsOptions<Question, Answer>,
): (question: Question, asker: string) => Promise<Answer> {
  const { clock, after = later, ask, everyMs = 100, mostAtOnce = 200, mostWaiting = 2000, mostOfOne = 400 } = options;
  /** By asker; none is empty. */
  const queues = new Map<string, Waiting<Question, Answer>[]>();
  let waiting = 0;
  let nextAt = Number.NEGATIVE_INFINITY;
  let isPlanned = false;

  function plan(): void {
    if (isPlanned || waiting === 0) return;
    isPlanned = true;
    const inMs = nextAt - clock.monotonic();
    // At once: whoever asks in this turn of the event loop comes along.
    after(Math.max(0, inMs), () => void turn());
  }

  /** The first question of each asker, then the second of each, and so on. */
  function takeSome(): readonly Waiting<Question, Answer>[] {
    const taken: Waiting<Question, Answer>[] = [];
    // Whoever had one goes behind those who had none, and comes again when it is all of theirs.
    for (const [asker, queue] of queues) {
      if (taken.length === mostAtOnce) break;
      taken.push(...queue.splice(0, 1));
      queues.delete(asker);
      if (queue.length > 0) queues.set(asker, queue);
    }
    waiting -= taken.length;
    return taken;
  }

  async function turn(): Promise<void> {
    nextAt = clock.monotonic() + everyMs;
    const those = takeSome();
    try {
      const answers = await ask(those.map(({ question }) => question));
      for (const [index, { resolve }] of those.entries()) resolve(answers[index] as Answer);
    } catch (reason) {
      for (const { reject } of those) reject(reason);
    }
    isPlanned = false;
    plan();
  }

  /** Makes room for one more of an asker, or says that there is none. */
  function makeRoom(asker: string): boolean {
    const own = queues.get(asker)?.length ?? 0;
    if (own >= mostOfOne) return false;
    if (waiting < mostWaiting) return true;
    let [loudest, most] = [asker, own + 1];
    for (const [other, { length }] of queues) if (length > most) [loudest, most] = [other, length];
    if (loudest === asker) return false;
    queues.get(loudest)?.pop()?.reject(new TurnedAway(loudest));
    waiting -= 1;
    return true;
  }

  return (question, asker) =>
    new Promise((resolve, reject) => {
      if (!makeRoom(asker)) return reject(new TurnedAway(asker));
      const queue = queues.get(asker) ?? [];
      queue.push({ question, resolve, reject });
      queues.set(asker, queue);
      waiting += 1;
      plan();
    });
}

function later(ms: number, work: () => void): void {
  if (ms === 0) setImmediate(work);
  else setTimeout(work, ms);
}
