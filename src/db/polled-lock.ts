import { withDeadline } from '../kernel/deadline.ts';
import { StartError } from '../kernel/start-error.ts';
import type { Database } from './database.ts';
import { queriesOver, type Send } from './queries-over.ts';
import type { Session } from './session.ts';
import { runTransaction } from './transaction.ts';

const pollMs = 250;
const tellMs = 3000;
/** As long as one migration may take. */
const mostWaitMs = 600_000;
/** Of one statement, and of one transaction, of whoever has the lock. */
export const patienceMs = 600_000;

/** Told every few seconds while another instance has the lock; milliseconds since it was asked for. */
export type OnWait = (waitedMs: number) => void;

/**
 * Takes an advisory lock of the session, asking again and again: a statement that waits for it would end by its timeout,
 * and hold up others. It ends with the session, also when its process is killed.
 * @param name what is done under it, and no others
 */
export async function takePolledLock(send: Send, name: string, onWait: OnWait): Promise<void> {
  const start = performance.now();
  let told = 0;
  for (;;) {
    const [row] = await send('SELECT pg_try_advisory_lock(hashtextextended($1, 0))', [name], 'arrays');
    if ((row as [boolean])[0]) return;
    const waitedMs = Math.round(performance.now() - start);
    if (waitedMs > mostWaitMs) {
      throw new StartError(`Another instance has been at it for ${mostWaitMs / 60_000} minutes (${name}): end it`);
    }
    if (waitedMs >= told * tellMs) {
      told++;
      onWait(waitedMs);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

export async function releaseLock(send: Send, name: string): Promise<void> {
  await send('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [name], 'arrays').catch(() => undefined);
}

/**
 * `Database.alone` over a session that `open` makes for it. The work goes over the very session that has the lock: when it
 * is lost the work has failed too, and nobody goes on without the lock.
 */
export function aloneOver(open: () => Session): Database['alone'] {
  return async (name, work, onWait) => {
    const session = open();
    const send: Send = (...statement) =>
      withDeadline(session.send(...statement), patienceMs, 'The database', session.cut);
    try {
      await takePolledLock(send, name, onWait);
      const queries = queriesOver(send);
      return await work({
        queries,
        rows: async <Row>(statement: Parameters<Database['rows']>[0], within = queries) =>
          (await within.execute(statement)) as unknown as Row[],
        transaction: (part) => runTransaction(send, patienceMs, part),
      });
    } finally {
      await session.close().catch(() => session.cut());
    }
  };
}
