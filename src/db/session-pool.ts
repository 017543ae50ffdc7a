import { DeadlineExceeded } from '../kernel/deadline.ts';
import { DatabaseUnavailable } from './database-error.ts';
import type { Session } from './session.ts';

export interface SessionPoolOptions {
  readonly open: () => Session;
  readonly max: number;
  /** How long somebody waits for a free session. */
  readonly waitMs: number;
  /** An idle session is closed after this time; `undefined` keeps it. */
  readonly idleMs?: number;
  /** A session of this age is closed when it comes back; `undefined` keeps it. */
  readonly lifetimeMs?: number;
}

/**
 * At most `max` sessions, each lent to one borrower at a time and in the order of asking. Nothing is pipelined over a
 * borrowed session, so cutting it harms nobody else; and who gave up waiting has sent nothing.
 */
export interface SessionPool {
  borrow(): Promise<Session>;
  giveBack(session: Session): void;
  /** Waits until all sessions came back, at most `graceMs`; then cuts the rest. */
  close(graceMs: number): Promise<void>;
}

interface Waiting {
  readonly lend: (session: Session) => void;
  readonly refuse: (error: Error) => void;
}

interface Idle {
  readonly session: Session;
  readonly timer: NodeJS.Timeout | undefined;
}

export function createSessionPool(options: SessionPoolOptions): SessionPool {
  const idle: Idle[] = [];
  const waiting: Waiting[] = [];
  const bornAt = new Map<Session, number>();
  let closed = false;
  let onEmpty: (() => void) | undefined;

  function borrow(): Promise<Session> {
    if (closed) return Promise.reject(new DatabaseUnavailable('The database is closed'));
    for (let resting = idle.pop(); resting; resting = idle.pop()) {
      clearTimeout(resting.timer);
      if (resting.session.usable) return Promise.resolve(resting.session);
      forget(resting.session);
    }
    if (bornAt.size < options.max) return Promise.resolve(openOne());
    return new Promise<Session>((resolve, reject) => {
      const entry: Waiting = {
        lend: (session) => {
          clearTimeout(timer);
          resolve(session);
        },
        refuse: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(entry), 1);
        reject(new DeadlineExceeded(`No database connection became free within ${options.waitMs} ms`));
      }, options.waitMs);
      waiting.push(entry);
    });
  }

  function openOne(): Session {
    const session = options.open();
    bornAt.set(session, performance.now());
    return session;
  }

  function forget(session: Session): void {
    bornAt.delete(session);
    if (bornAt.size === 0) onEmpty?.();
  }

  function retire(session: Session): void {
    forget(session);
    session.close().catch(() => session.cut());
  }

  function giveBack(session: Session): void {
    const age = performance.now() - (bornAt.get(session) ?? 0);
    const fit = session.usable && !closed && (options.lifetimeMs === undefined || age < options.lifetimeMs);
    const next = waiting.shift();
    if (!fit) retire(session);
    if (next) next.lend(fit ? session : openOne());
    else if (fit) rest(session);
  }

  function rest(session: Session): void {
    const timer = options.idleMs === undefined ? undefined : setTimeout(() => expire(session), options.idleMs);
    timer?.unref();
    idle.push({ session, timer });
  }

  function expire(session: Session): void {
    const index = idle.findIndex((resting) => resting.session === session);
    if (index >= 0) idle.splice(index, 1);
    retire(session);
  }

  async function close(graceMs: number): Promise<void> {
    closed = true;
    for (const entry of waiting.splice(0)) entry.refuse(new DatabaseUnavailable('The database is closed'));
    const ending = idle.splice(0).map(({ session, timer }) => {
      clearTimeout(timer);
      bornAt.delete(session);
      return session.close().catch(() => session.cut());
    });
    if (bornAt.size > 0) await emptyWithin(graceMs);
    for (const session of bornAt.keys()) session.cut();
    await Promise.all(ending);
  }

  function emptyWithin(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return { borrow, giveBack, close };
}
