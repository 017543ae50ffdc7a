import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { databaseOver } from '../../src/db/database-over.ts';
import type { Session } from '../../src/db/session.ts';
import { createSessionPool } from '../../src/db/session-pool.ts';

/** With one session for everything, as the embedded database has, that records what is sent, and answers when told. */
function recorded(kind: 'PGLITE' | 'POSTGRES') {
  const sent: string[] = [];
  let answer = (): void => {};
  const session: Session = {
    send: (text) => {
      sent.push(text);
      return new Promise((resolve) => {
        answer = () => resolve([]);
      });
    },
    usable: true,
    cut() {},
    close: async () => {},
  };
  const pool = createSessionPool({ open: () => session, max: 1, waitMs: 5000 });
  const database = databaseOver({
    kind,
    pools: { DATA: pool, MANAGEMENT: pool, KEYS: pool },
    queryTimeoutMs: 5000,
    transactionTimeoutMs: 5000,
    reservedTimeoutMs: 5000,
    listen: () => Promise.reject(new Error('nobody listens')),
    alone: () => Promise.reject(new Error('nobody is alone')),
    isCurrent: async (queries) => {
      await queries.execute(sql`readiness`);
      return true;
    },
    close: async () => {},
  });
  return {
    database,
    async finish(all: readonly Promise<unknown>[]) {
      let left = all.length;
      for (const one of all) void one.finally(() => left--);
      for (; left > 0; await new Promise(setImmediate)) answer();
      return sent;
    },
  };
}

describe('the connections by which keys are looked up', () => {
  it('of the embedded database serve every look-up before readiness, whoever came first', async () => {
    const { database, finish } = recorded('PGLITE');
    const all = [
      database.lookups.execute(sql`first`),
      database.ready(),
      ...['second', 'third'].map((name) => database.lookups.execute(sql.raw(name))),
    ];
    expect(await finish(all)).toEqual(['first', 'second', 'third', 'readiness']);
  });

  it('of a server give readiness its turn among look-ups, and no more', async () => {
    const { database, finish } = recorded('POSTGRES');
    const look = (name: string) => database.lookups.execute(sql.raw(name));
    const all = [look('first'), database.ready(), database.ready(), database.ready(), look('second'), look('third')];
    expect(await finish(all)).toEqual(['first', 'second', 'readiness', 'third', 'readiness', 'readiness']);
  });
});
