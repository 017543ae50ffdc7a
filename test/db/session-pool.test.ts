import { describe, expect, it, vi } from 'vitest';
import { DatabaseUnavailable } from '../../src/db/database-error.ts';
import type { Session } from '../../src/db/session.ts';
import { createSessionPool, type SessionPoolOptions } from '../../src/db/session-pool.ts';
import { DeadlineExceeded } from '../../src/kernel/deadline.ts';

interface CountedSession extends Session {
  readonly number: number;
  usable: boolean;
  ended: 'CLOSED' | 'CUT' | undefined;
}

function poolOf(options: Partial<SessionPoolOptions>): {
  pool: ReturnType<typeof createSessionPool>;
  opened: CountedSession[];
} {
  const opened: CountedSession[] = [];
  const open = (): Session => {
    const session: CountedSession = {
      number: opened.length + 1,
      usable: true,
      ended: undefined,
      send: async () => [],
      cut: () => {
        session.ended = 'CUT';
      },
      close: async () => {
        session.ended = 'CLOSED';
      },
    };
    opened.push(session);
    return session;
  };
  return { pool: createSessionPool({ max: 2, waitMs: 50, ...options, open }), opened };
}

describe('a pool of sessions', () => {
  it('opens no more than it may, and lends in the order of asking', async () => {
    const { pool, opened } = poolOf({ max: 1 });
    const first = await pool.borrow();
    const order: string[] = [];
    const waiting = ['a', 'b', 'c'].map(async (name) => {
      const session = await pool.borrow();
      order.push(name);
      pool.giveBack(session);
    });
    pool.giveBack(first);
    await Promise.all(waiting);
    expect(order).toEqual(['a', 'b', 'c']);
    expect(opened).toHaveLength(1);
  });

  it('lets nobody wait longer than the deadline, and keeps no place for who gave up', async () => {
    const { pool } = poolOf({ max: 1, waitMs: 20 });
    const only = await pool.borrow();
    await expect(pool.borrow()).rejects.toThrow(DeadlineExceeded);
    pool.giveBack(only);
    expect(await pool.borrow()).toBe(only);
  });

  it('replaces a session that was lost, also for one who waits', async () => {
    const { pool, opened } = poolOf({ max: 1 });
    const lost = await pool.borrow();
    const next = pool.borrow();
    (lost as CountedSession).usable = false;
    pool.giveBack(lost);
    expect(await next).toBe(opened[1]);
  });

  it('does not lend an idle session that was lost meanwhile', async () => {
    const { pool, opened } = poolOf({});
    const session = await pool.borrow();
    pool.giveBack(session);
    (session as CountedSession).usable = false;
    expect(await pool.borrow()).toBe(opened[1]);
  });

  it('closes sessions that are old, and those that rest too long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const { pool, opened } = poolOf({ idleMs: 100, lifetimeMs: 1000 });
      pool.giveBack(await pool.borrow());
      vi.advanceTimersByTime(100);
      expect(opened[0]?.ended).toBe('CLOSED');
      const second = await pool.borrow();
      vi.advanceTimersByTime(1000);
      pool.giveBack(second);
      expect(opened[1]?.ended).toBe('CLOSED');
      expect(await pool.borrow()).toBe(opened[2]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('closes: refuses who waits and who comes, waits for what is lent, cuts what does not come back', async () => {
    const { pool, opened } = poolOf({ waitMs: 1000 });
    const [kept, returned] = [await pool.borrow(), await pool.borrow()];
    const waiting = pool.borrow().catch((error: unknown) => error);
    const closing = pool.close(20);
    expect(await waiting).toBeInstanceOf(DatabaseUnavailable);
    await expect(pool.borrow()).rejects.toThrow(DatabaseUnavailable);
    pool.giveBack(returned);
    await closing;
    expect(opened.map(({ ended }) => ended)).toEqual(['CUT', 'CLOSED']);
    expect(kept).toBe(opened[0]);
  });
});
