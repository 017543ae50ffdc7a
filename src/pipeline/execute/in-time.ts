import type { GraphQLError } from 'graphql';
import { withDeadline } from '../../kernel/deadline.ts';
import { codedError } from '../../kernel/errors.ts';

/** How a piece of execution came out. */
export type InTime<Value> =
  | { readonly kind: 'ENDED'; readonly value: Value }
  /** The caller is told; `work` goes on for as long as its resolvers do, perhaps for ever. */
  | { readonly kind: 'TIMED_OUT'; readonly error: GraphQLError; readonly work: Promise<Value> };

/**
 * Waits for `work` until the execution timeout, in milliseconds; then `abandon` is called at once, so that it begins
 * nothing more. Rejects as `work` does, when it does so in time.
 */
export async function inTime<Value>(
  start: () => Promise<Value>,
  timeoutMs: number,
  abandon: () => void = () => {},
): Promise<InTime<Value>> {
  let timedOut = false;
  const work = start();
  try {
    const value = await withDeadline(work, timeoutMs, 'the operation', () => {
      timedOut = true;
      abandon();
    });
    return { kind: 'ENDED', value };
  } catch (cause) {
    if (!timedOut) throw cause;
    const message = `The operation took longer than ${timeoutMs / 1000} s. Ask for less.`;
    return { kind: 'TIMED_OUT', error: codedError('EXECUTION_TIMEOUT', message), work };
  }
}
