import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database } from '../../src/db/database.ts';

/** A database that knows on whose behalf it is asked: background work does not count. */
export interface WatchedDatabase {
  readonly database: Database;
  /** How often `work`, and whatever it waits for, turned to the database. */
  turnsDuring(work: () => Promise<unknown>): Promise<number>;
}

export function watchDatabase(real: Database): WatchedDatabase {
  const running = new AsyncLocalStorage<{ turns: number }>();
  const count = (): void => {
    const counted = running.getStore();
    if (counted) counted.turns++;
  };
  // Services keep `queries` from the start, so that its use counts, not that it was handed out.
  const queries = new Proxy(real.queries, {
    get(target, name) {
      count();
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const counted: Pick<Database, 'queries' | 'rows' | 'transaction'> = {
    queries,
    rows: (...given) => {
      count();
      return real.rows(...given);
    },
    transaction: (work) => {
      count();
      return real.transaction(work);
    },
  };
  const database = new Proxy(real, {
    get: (target, name) => Reflect.get(name in counted ? counted : target, name),
  });
  return {
    database,
    async turnsDuring(work) {
      const counter = { turns: 0 };
      await running.run(counter, work);
      return counter.turns;
    },
  };
}
