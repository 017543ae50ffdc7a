import { withDeadline } from '../kernel/deadline.ts';
import { invariant } from '../kernel/invariant.ts';
import type { Queries } from './database.ts';
import { isConflict } from './database-error.ts';
import { queriesOver, type Send } from './queries-over.ts';

/** How often a transaction is begun in all, when the server gives it up in favour of another. */
const mostAttempts = 4;

/**
 * Runs `work` between BEGIN and COMMIT over one session. A statement that failed rolls everything back, even when
 * `work` swallowed its error: PostgreSQL answers COMMIT of a failed transaction with a silent rollback.
 * When the process or the connection dies before COMMIT, nothing happened; when it dies while COMMIT runs, the caller
 * does not know, and is told that the database is unavailable.
 *
 * When the server gave it up for another (a deadlock, a conflict of serialization) nothing of it happened, and `work`
 * runs again, within the same time: what it keeps outside of the transaction it must begin anew.
 */
export async function runTransaction<Value>(
  send: Send,
  timeoutMs: number,
  work: (queries: Queries) => Promise<Value>,
): Promise<Value> {
  const end = performance.now() + timeoutMs;
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptTransaction(send, Math.max(0, end - performance.now()), work);
    if (outcome.kind === 'COMMITTED') return outcome.value;
    if (outcome.kind === 'FAILED' || attempt === mostAttempts || performance.now() >= end) throw outcome.error;
  }
}

type Outcome<Value> =
  | { readonly kind: 'COMMITTED'; readonly value: Value }
  /** `GIVEN_UP`: by the server, for another transaction. */
  | { readonly kind: 'FAILED' | 'GIVEN_UP'; readonly error: unknown };

async function attemptTransaction<Value>(
  send: Send,
  timeoutMs: number,
  work: (queries: Queries) => Promise<Value>,
): Promise<Outcome<Value>> {
  let over = false;
  let failure: { readonly error: unknown } | undefined;
  const sendWithin: Send = async (text, parameters, shape) => {
    invariant(!over, 'a statement was sent through a transaction that is over');
    try {
      return await send(text, parameters, shape);
    } catch (error) {
      failure ??= { error };
      throw error;
    }
  };

  await send('BEGIN', [], 'arrays');
  try {
    // Work that waits for something else must not hold the session, and the locks of its rows, for ever.
    const value = await withDeadline(work(queriesOver(sendWithin)), timeoutMs, 'A transaction');
    over = true;
    if (failure) throw failure.error;
    await send('COMMIT', [], 'arrays');
    return { kind: 'COMMITTED', value };
  } catch (error) {
    over = true;
    // A connection that is lost has rolled back already, and refuses this statement.
    await send('ROLLBACK', [], 'arrays').catch(() => undefined);
    // What `work` made of the error of a statement says less than that error.
    return { kind: isConflict(failure ? failure.error : error) ? 'GIVEN_UP' : 'FAILED', error };
  }
}
