import { withDeadline } from '../kernel/deadline.ts';
import { invariant } from '../kernel/invariant.ts';
import type { Queries } from './database.ts';
import { queriesOver, type Send } from './queries-over.ts';

/**
 * Runs `work` between BEGIN and COMMIT over one session. A statement that failed rolls everything back, even when
 * `work` swallowed its error: PostgreSQL answers COMMIT of a failed transaction with a silent rollback.
 * When the process or the connection dies before COMMIT, nothing happened; when it dies while COMMIT runs, the caller
 * does not know, and is told that the database is unavailable.
 */
export async function runTransaction<Value>(
  send: Send,
  timeoutMs: number,
  work: (queries: Queries) => Promise<Value>,
): Promise<Value> {
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
    return value;
  } catch (error) {
    over = true;
    // A connection that is lost has rolled back already, and refuses this statement.
    await send('ROLLBACK', [], 'arrays').catch(() => undefined);
    throw error;
  }
}
