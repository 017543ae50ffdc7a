import { randomUUID } from 'node:crypto';
import { withDeadline } from '../kernel/deadline.ts';
import { DatabaseError } from './database-error.ts';
import type { Session } from './session.ts';

/** Each leaves a pooler that hands out servers by chance, beside other clients, one more chance to be seen. */
const rounds = 5;
/** A pooler with one server for two makes the second wait for the transaction of the first. */
const waitForOtherMs = 300;

/**
 * Whether statements of two sessions are run on servers that they share: behind a pooler that lends a server for a
 * transaction or a statement only. Nothing there keeps settings, LISTEN, advisory locks and prepared statements, on
 * which all of this relies. Each session leaves a mark and must find it again, on the same server, while the other one
 * holds a transaction open: an idle pooler of this kind would hand both the same server, or the next one. A session of
 * its own keeps its mark, whoever is in between.
 */
export async function sessionsAreShared(one: Session, two: Session, timeoutMs: number): Promise<boolean> {
  const ask = async (session: Session, text: string): Promise<unknown[]> => {
    return await withDeadline(session.send(text, [], 'arrays'), timeoutMs, 'The database', session.cut);
  };
  const look = async (session: Session): Promise<string> => {
    const [row] = await ask(session, `SELECT current_setting('fieldpass.session', true) || ' ' || pg_backend_pid()`);
    return String((row as [string | null] | undefined)?.[0]);
  };
  const leaveMark = (session: Session): Promise<unknown> =>
    ask(session, `SELECT set_config('fieldpass.session', '${randomUUID()}', false)`);

  try {
    for (const session of [one, two]) await leaveMark(session);
    const marks = new Map([
      [one, await look(one)],
      [two, await look(two)],
    ]);
    if (marks.get(one) === marks.get(two)) return true;
    const keepsMark = async (session: Session): Promise<boolean> => (await look(session)) === marks.get(session);
    for (let round = 0; round < rounds; round++) {
      const [holder, other] = round % 2 === 0 ? [one, two] : [two, one];
      await ask(holder, 'BEGIN');
      const held = await keepsMark(holder);
      const beside = keepsMark(other);
      beside.catch(() => {});
      await Promise.race([beside, pause(waitForOtherMs)]);
      await ask(holder, 'COMMIT');
      if (!held || !(await beside)) return true;
    }
    return false;
  } catch (error) {
    if (isAnswerOfPooler(error)) return true;
    throw error;
  }
}

/** A statement that was prepared on another server; or PgBouncer, which refuses transactions in its mode for statements. */
function isAnswerOfPooler(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  return /^(26000|42P05)$/.test(error.sqlState) || (error.sqlState === '08P01' && /pooling mode/.test(error.message));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
