import { DeadlineExceeded } from '../kernel/deadline.ts';
import { DatabaseUnavailable } from './database-error.ts';
import { createFairQueue, type Party } from './fair-queue.ts';
import type { Session } from './session.ts';

export interface SessionPoolOptions {
  readonly open: () => Session;
  readonly max: number;
  /** How long somebody waits for a free session. */
  readonly waitMs: number;
  /** Sessions that one widest party may hold at once; all without it. */
  readonly mostOfOne?: number;
  /** Sessions that are lent to nobody but those who go first. */
  readonly keptFree?: number;
  /** An idle session is closed after this time; `undefined` keeps it. */
  readonly idleMs?: number;
  /** A session of this age is closed when it comes back; `undefined` keeps it. */
  readonly lifetimeMs?: number;
}

export interface Borrower {
  readonly party: Party;
  /** Before everybody who does not. */
  readonly goesFirst?: boolean;
  /** How long this one waits, when that is shorter. */
  readonly waitMs?: number;
}

/**
 * At most `max` sessions, each lent to one borrower at a time. Parties take turns; who goes first goes before all others,
 * and waits for nothing but what is lent. Nothing is pipelined over a borrowed session, so cutting it harms nobody else;
 * and who gave up waiting has sent nothing.
 */
export interface SessionPool {
  borrow(borrower: Borrower): Promise<Session>;
  giveBack(session: Session): void;
  /** Waits until all sessions came back, at most `graceMs`; then cuts the rest. */
  close(graceMs: number): Promise<void>;
}

interface Waiting {
  readonly borrower: Borrower;
  readonly lend: (session: Session) => void;
  readonly refuse: (error: Error) => void;
}

interface Idle {
  readonly session: Session;
  readonly timer: NodeJS.Timeout | undefined;
}

/** What is known of a session that is there. */
interface Kept {
  readonly bornAt: number;
  /** Who has it: the widest name of the party. */
  holder: string | undefined;
}

export function createSessionPool(options: SessionPoolOptions): SessionPool {
  const { max, mostOfOne = max, keptFree = 0 } = options;
  const idle: Idle[] = [];
  const first = createFairQueue<Waiting>();
  const others = createFairQueue<Waiting>();
  const kept = new Map<Session, Kept>();
  const heldBy = new Map<string, number>();
  let lent = 0;
  let closed = false;
  let onEmpty: (() => void) | undefined;

  const mayHaveAnother = (widest: string): boolean => (heldBy.get(widest) ?? 0) < mostOfOne;

  function borrow(borrower: Borrower): Promise<Session> {
    if (closed) return Promise.reject(new DatabaseUnavailable('The database is closed'));
    const mayPass = first.size === 0 && (borrower.goesFirst || others.size === 0);
    if (mayPass && mayLendTo(borrower)) return Promise.resolve(lend(borrower));
    const waitMs = Math.min(options.waitMs, borrower.waitMs ?? options.waitMs);
    return new Promise<Session>((resolve, reject) => {
      const queue = borrower.goesFirst ? first : others;
      const entry: Waiting = {
        borrower,
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
        queue.remove(borrower.party, entry);
        reject(new DeadlineExceeded(`No database connection became free within ${waitMs} ms`));
      }, waitMs);
      queue.add(borrower.party, entry);
      // Those who wait may be others that have enough already.
      serve();
    });
  }

  function mayLendTo({ party, goesFirst }: Borrower): boolean {
    if (goesFirst) return lent < max;
    return lent < max - keptFree && mayHaveAnother(party[0] ?? '');
  }

  /** Lends what may be lent to those whose turn it is. */
  function serve(): void {
    while (lent < max) {
      const next = first.take() ?? (lent < max - keptFree ? others.take(mayHaveAnother) : undefined);
      if (!next) return;
      next.lend(lend(next.borrower));
    }
  }

  function lend({ party }: Borrower): Session {
    const session = takeIdle() ?? openOne();
    const holder = party[0] ?? '';
    const known = kept.get(session);
    if (known) known.holder = holder;
    heldBy.set(holder, (heldBy.get(holder) ?? 0) + 1);
    lent++;
    return session;
  }

  function takeIdle(): Session | undefined {
    for (let resting = idle.pop(); resting; resting = idle.pop()) {
      clearTimeout(resting.timer);
      if (resting.session.usable) return resting.session;
      forget(resting.session);
    }
    return undefined;
  }

  function openOne(): Session {
    const session = options.open();
    kept.set(session, { bornAt: performance.now(), holder: undefined });
    return session;
  }

  function forget(session: Session): void {
    kept.delete(session);
    if (kept.size === 0) onEmpty?.();
  }

  function retire(session: Session): void {
    forget(session);
    session.close().catch(() => session.cut());
  }

  function giveBack(session: Session): void {
    const known = kept.get(session);
    if (known?.holder === undefined) return;
    const left = (heldBy.get(known.holder) ?? 1) - 1;
    if (left > 0) heldBy.set(known.holder, left);
    else heldBy.delete(known.holder);
    known.holder = undefined;
    lent--;
    const age = performance.now() - known.bornAt;
    const fit = session.usable && !closed && (options.lifetimeMs === undefined || age < options.lifetimeMs);
    if (fit) rest(session);
    else retire(session);
    serve();
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
    for (const entry of [...first.clear(), ...others.clear()]) {
      entry.refuse(new DatabaseUnavailable('The database is closed'));
    }
    const ending = idle.splice(0).map(({ session, timer }) => {
      clearTimeout(timer);
      kept.delete(session);
      return session.close().catch(() => session.cut());
    });
    if (kept.size > 0) await emptyWithin(graceMs);
    for (const session of kept.keys()) session.cut();
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
