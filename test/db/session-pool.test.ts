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

const anybody = { party: ['anybody'] };

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
    const first = await pool.borrow(anybody);
    const order: string[] = [];
    const waiting = ['a', 'b', 'c'].map(async (name) => {
      const session = await pool.borrow(anybody);
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
    const only = await pool.borrow(anybody);
    await expect(pool.borrow(anybody)).rejects.toThrow(DeadlineExceeded);
    pool.giveBack(only);
    expect(await pool.borrow(anybody)).toBe(only);
  });

  it('lets parties take turns, however many of one wait', async () => {
    const { pool } = poolOf({ max: 1 });
    let holds = await pool.borrow({ party: ['crowd', 'key 0'] });
    const order: string[] = [];
    const asked = (party: readonly string[], name: string) =>
      pool.borrow({ party }).then((session) => {
        order.push(name);
        holds = session;
      });
    const crowd = Array.from({ length: 200 }, (_, index) => asked(['crowd', `key ${index % 50}`], 'crowd'));
    const other = asked(['other', 'key'], 'other');
    pool.giveBack(holds);
    await crowd[0];
    pool.giveBack(holds);
    await other;
    expect(order).toEqual(['crowd', 'other']);
    await Promise.all([pool.close(0), ...crowd.map((each) => each.catch(() => {}))]);
  });

  it('lends one party no more than its share, so that another finds a session free', async () => {
    const { pool, opened } = poolOf({ max: 3, mostOfOne: 2 });
    const [first] = await Promise.all([pool.borrow({ party: ['crowd'] }), pool.borrow({ party: ['crowd'] })]);
    let third = false;
    const waiting = pool.borrow({ party: ['crowd'] }).then((session) => {
      third = true;
      return session;
    });
    const other = await pool.borrow({ party: ['other'] });
    expect([opened.length, third]).toEqual([3, false]);
    pool.giveBack(other);
    await Promise.resolve();
    expect(third).toBe(false);
    pool.giveBack(first as Session);
    await waiting;
    expect(third).toBe(true);
  });

  it('keeps a session for those who go first, and lends to them before all others', async () => {
    const { pool } = poolOf({ max: 2, keptFree: 1 });
    const order: string[] = [];
    const report = await pool.borrow({ party: ['reader'] });
    const next = pool.borrow({ party: ['reader'] }).then((session) => {
      order.push('reader');
      return session;
    });
    const change = await pool.borrow({ party: ['changer'], goesFirst: true });
    const second = pool.borrow({ party: ['changer'], goesFirst: true }).then((session) => {
      order.push('changer');
      return session;
    });
    pool.giveBack(report);
    await second;
    pool.giveBack(change);
    await Promise.resolve();
    expect(order).toEqual(['changer']);
    pool.giveBack(await second);
    await next;
    expect(order).toEqual(['changer', 'reader']);
  });

  it('replaces a session that was lost, also for one who waits', async () => {
    const { pool, opened } = poolOf({ max: 1 });
    const lost = await pool.borrow(anybody);
    const next = pool.borrow(anybody);
    (lost as CountedSession).usable = false;
    pool.giveBack(lost);
    expect(await next).toBe(opened[1]);
  });

  it('does not lend an idle session that was lost meanwhile', async () => {
    const { pool, opened } = poolOf({});
    const session = await pool.borrow(anybody);
    pool.giveBack(session);
    (session as CountedSession).usable = false;
    expect(await pool.borrow(anybody)).toBe(opened[1]);
  });

  it('closes sessions that are old, and those that rest too long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const { pool, opened } = poolOf({ idleMs: 100, lifetimeMs: 1000 });
      pool.giveBack(await pool.borrow(anybody));
      vi.advanceTimersByTime(100);
      expect(opened[0]?.ended).toBe('CLOSED');
      const second = await pool.borrow(anybody);
      vi.advanceTimersByTime(1000);
      pool.giveBack(second);
      expect(opened[1]?.ended).toBe('CLOSED');
      expect(await pool.borrow(anybody)).toBe(opened[2]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('closes: refuses who waits and who comes, waits for what is lent, cuts what does not come back', async () => {
    const { pool, opened } = poolOf({ waitMs: 1000 });
    const [kept, returned] = [await pool.borrow(anybody), await pool.borrow(anybody)];
    const waiting = pool.borrow(anybody).catch((error: unknown) => error);
    const closing = pool.close(20);
    expect(await waiting).toBeInstanceOf(DatabaseUnavailable);
    await expect(pool.borrow(anybody)).rejects.toThrow(DatabaseUnavailable);
    pool.giveBack(returned);
    await closing;
    expect(opened.map(({ ended }) => ended)).toEqual(['CUT', 'CLOSED']);
    expect(kept).toBe(opened[0]);
  });
});
