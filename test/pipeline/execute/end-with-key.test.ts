import type { ExecutionResult } from 'graphql';
import { expect, it } from 'vitest';
import { codedError } from '../../../src/kernel/errors.ts';
import { createLogger } from '../../../src/kernel/logger.ts';
import type { OpenedStream, StreamJudgement } from '../../../src/pipeline/execute/answer-event.ts';
import { endWithKey } from '../../../src/pipeline/execute/end-with-key.ts';
import type { Caller } from '../../../src/pipeline/request-record.ts';
import { testClock } from '../../support/test-clock.ts';

/** A stream of a key that ends in a second, while the database does not answer. */
function setUp() {
  const clock = testClock();
  const told: (() => void)[] = [];
  let asked = 0;
  const keys = {
    isCurrent: () => true,
    watch: (_: unknown, onStale: () => void) => {
      told.push(onStale);
      return () => void told.splice(0);
    },
    recheck: async () => {
      asked++;
      throw codedError('DATABASE_UNAVAILABLE', 'The key cannot be checked at the moment.');
    },
  };
  const services = { keys, clock, logger: createLogger('silent') };
  const opener = { key: { expiresAt: clock.now() + 1000 }, secret: {} };
  const last: ExecutionResult[] = [];
  const stop = endWithKey({ opener, subscription: { services } } as unknown as OpenedStream, (answer) => {
    last.push(answer);
  });
  const codes = () => last.map(({ errors = [] }) => errors.map(({ extensions }) => extensions['code']));
  return { clock, told, stop, codes, asked: () => asked };
}

it('does not let a stream go on past its end because nobody can say that it was not moved', async () => {
  const { clock, codes } = setUp();
  clock.advance(1000);
  await expect.poll(codes).toEqual([['DATABASE_UNAVAILABLE']]);
});

it('lets a stream go on that cannot be judged anew before its end', async () => {
  const { told, codes, asked } = setUp();
  for (const onStale of told) onStale();
  await expect.poll(asked).toBe(1);
  expect(codes()).toEqual([]);
});

it('asks for nothing any more once the stream has ended', () => {
  const { clock, told, stop, asked } = setUp();
  stop();
  clock.advance(1000);
  expect([told, asked()]).toEqual([[], 0]);
});

it('goes by the latest answer there is, whatever becomes of later questions and of earlier ones', async () => {
  const clock = testClock();
  const answers: { goOn(expiresAt: number): void; fail(): void }[] = [];
  const judgeNow = () =>
    new Promise<StreamJudgement>((resolve, reject) => {
      answers.push({
        goOn: (expiresAt) => resolve({ kind: 'GOES_ON', caller: { key: { expiresAt }, secret: {} } as Caller }),
        fail: () => reject(new Error('nobody knows')),
      });
    });
  let onStale = () => {};
  const watch = (_: unknown, told: () => void) => {
    onStale = told;
    return () => {};
  };
  const keys = { isCurrent: () => true, watch };
  const opener = { key: { expiresAt: clock.now() + 1000 }, secret: {} };
  const services = { keys, clock, logger: createLogger('silent') };
  endWithKey({ opener, subscription: { services } } as unknown as OpenedStream, () => {}, judgeNow);
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  // It was extended; and while that was being asked there was a change of which nobody could say anything.
  clock.advance(1000);
  onStale();
  answers[1]?.fail();
  answers[0]?.goOn(clock.now() + 1000);
  await settled();
  clock.advance(1000);
  expect(answers).toHaveLength(3);

  // Extended again, by a day and then back to a second.
  onStale();
  answers[3]?.goOn(clock.now() + 1000);
  await settled();
  answers[2]?.goOn(clock.now() + 86_400_000);
  await settled();
  clock.advance(1000);
  expect(answers).toHaveLength(5);
});
