import type { ExecutionResult } from 'graphql';
import type { Caller } from '../request-record.ts';
import { judgeStream, type OpenedStream, type StreamJudgement, whyNotJudged } from './answer-event.ts';

/**
 * Ends a stream whose key may receive no further event, without waiting for one: when the key changes, and at the moment
 * at which it, or the secret that opened the stream, expires. Each time the stream is judged anew, so a key that was
 * extended goes on until its new end. `cut` is given the last answer; it may be called more than once. Answers a function
 * that stops watching.
 */
export function endWithKey(
  stream: OpenedStream,
  cut: (last: ExecutionResult) => void,
  judgeNow: (stream: OpenedStream) => Promise<StreamJudgement> = judgeStream,
): () => void {
  const { opener, subscription } = stream;
  const { keys, clock, logger } = subscription.services;
  let stopped = false;
  let judgements = 0;
  /** The judgement that the alarm goes by. */
  let latest = 0;
  let callOff = () => {};

  function wakeAtEndOf({ key, secret }: Caller): void {
    callOff();
    const at = Math.min(key.expiresAt ?? Infinity, secret.expiresAt ?? Infinity);
    callOff = stopped || at === Infinity ? () => {} : clock.wakeAt(at, onEnd);
  }

  async function judge(): Promise<void> {
    const number = ++judgements;
    const judgement = await judgeNow(stream);
    if (judgement.kind === 'ENDS') return cut(judgement.last);
    // An older answer that came late knows an older end; one that never came knows none.
    if (number < latest) return;
    latest = number;
    wakeAtEndOf(judgement.caller);
  }

  const onStale = () => void judge().catch((err: unknown) => logger.debug({ err }, 'a stream was not judged anew'));
  // As far as is known the key has ended: when nobody can say that it has not, the stream does not go on.
  const onEnd = () => void judge().catch((thrown: unknown) => cut(whyNotJudged(thrown, subscription.services)));

  const stopWatching = keys.watch(opener.key, onStale);
  wakeAtEndOf(opener);
  if (!keys.isCurrent(opener.key)) onStale();
  return () => {
    stopped = true;
    callOff();
    stopWatching();
  };
}
