import { describe, expect, it } from 'vitest';
import { TurnedAway, takeTurns } from '../../../src/keys/resolve/turns.ts';

interface World {
  readonly ask: (question: string, asker?: string) => Promise<string>;
  /** The questions of each turn. */
  readonly turns: readonly (readonly string[])[];
  /** Lets time pass, and what is due begin. */
  advance(ms: number): Promise<void>;
}

function openWorld(options: object = {}, fails: (questions: readonly string[]) => boolean = () => false): World {
  let now = 0;
  let alarms: { readonly at: number; readonly work: () => void }[] = [];
  const turns: (readonly string[])[] = [];
  const take = takeTurns<string, string>({
    clock: { now: () => now, monotonic: () => now },
    after: (ms, work) => void alarms.push({ at: now + ms, work }),
    ask: async (questions) => {
      turns.push(questions);
      if (fails(questions)) throw new Error('no answer');
      return questions.map((question) => `answer to ${question}`);
    },
    everyMs: 100,
    ...options,
  });
  return {
    ask: (question, asker = 'one') => take(question, asker),
    turns,
    async advance(ms) {
      now += ms;
      const due = alarms.filter(({ at }) => at <= now);
      alarms = alarms.filter((alarm) => !due.includes(alarm));
      for (const { work } of due) work();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('questions that take turns', () => {
  it('are answered together, each with its own answer', async () => {
    const { ask, turns, advance } = openWorld();
    const answers = Promise.all(['a', 'b', 'c'].map((question) => ask(question)));
    await advance(0);
    expect(await answers).toEqual(['answer to a', 'answer to b', 'answer to c']);
    expect(turns).toEqual([['a', 'b', 'c']]);
  });

  it('are ten statements a second, however many ask', async () => {
    const { ask, turns, advance } = openWorld();
    const asked: Promise<string>[] = [];
    for (let ms = 0; ms < 1000; ms++) {
      asked.push(ask(`${ms}`));
      await advance(1);
    }
    await advance(100);
    await Promise.all(asked);
    expect(turns.length).toBeGreaterThanOrEqual(10);
    expect(turns.length).toBeLessThanOrEqual(11);
  });

  it('wait for the next turn when there are too many for one, in their order', async () => {
    const { ask, turns, advance } = openWorld({ mostAtOnce: 2 });
    const answers = Promise.all(['a', 'b', 'c', 'd', 'e'].map((question) => ask(question)));
    for (let turn = 0; turn < 3; turn++) await advance(100);
    await answers;
    expect(turns).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('are turned away when too many of one asker wait', async () => {
    const { ask, advance } = openWorld({ mostOfOne: 2 });
    const answers = [ask('a'), ask('b'), ask('c', 'another')];
    await expect(ask('d')).rejects.toEqual(new TurnedAway('one'));
    await advance(0);
    expect(await Promise.all(answers)).toHaveLength(3);
    const again = ask('d');
    await advance(100);
    expect(await again).toBe('answer to d');
  });

  it('give way, the last one first, to one of another asker when there is no room', async () => {
    const { ask, turns, advance } = openWorld({ mostWaiting: 3 });
    const first = [ask('a', 'loud'), ask('b', 'loud')];
    const last = ask('c', 'loud');
    const quiet = ask('d', 'quiet');
    await expect(last).rejects.toEqual(new TurnedAway('loud'));
    await expect(ask('e', 'loud')).rejects.toEqual(new TurnedAway('loud'));
    await advance(0);
    expect(await Promise.all([...first, quiet])).toHaveLength(3);
    expect(turns).toEqual([['a', 'd', 'b']]);
  });

  it('are answered one of each asker before a second one of any', async () => {
    const { ask, turns, advance } = openWorld({ mostAtOnce: 3 });
    const answers = [...'abcdef'].map((question) => ask(question, 'loud'));
    answers.push(ask('x', 'quiet'), ask('y', 'quiet'));
    for (let turn = 0; turn < 3; turn++) await advance(100);
    await Promise.all(answers);
    expect(turns).toEqual([
      ['a', 'x', 'b'],
      ['y', 'c', 'd'],
      ['e', 'f'],
    ]);
  });

  it('fail together, and the next ones do not', async () => {
    const { ask, advance } = openWorld({}, (questions) => questions.includes('a'));
    const failed = Promise.allSettled([ask('a'), ask('b')]);
    await advance(0);
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = ask('c');
    await advance(100);
    expect(await next).toBe('answer to c');
  });
});
