import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database, Queries } from '../../src/db/database.ts';

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
  return {
    database: counting(real, count),
    async turnsDuring(work) {
      const counter = { turns: 0 };
      await running.run(counter, work);
      return counter.turns;
    },
  };
}

function counting(real: Database, count: () => void): Database {
  // Services keep queries from the start, so that their use counts, not that they were handed out.
  const countingQueries = (queries: Queries): Queries =>
    new Proxy(queries, {
      get(target, name) {
        count();
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  const counted: Pick<Database, 'queries' | 'lookups' | 'by' | 'rows' | 'transaction'> = {
    queries: countingQueries(real.queries),
    lookups: countingQueries(real.lookups),
    by: (...given) => counting(real.by(...given), count),
    rows: (...given) => {
      count();
      return real.rows(...given);
    },
    transaction: (work) => {
      count();
      return real.transaction(work);
    },
  };
  return new Proxy(real, {
    get: (target, name) => Reflect.get(name in counted ? counted : target, name),
  });
}
