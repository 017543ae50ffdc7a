import { DatabaseUnavailable } from './database-error.ts';
import type { Party } from './fair-queue.ts';

/**
 * On whose behalf the database is asked: those of one party take turns with the other parties, and of one turn few
 * statements are under way at once, whatever asks for them (resolvers, the batches of data loaders, a report).
 */
export interface Turn {
  readonly party: Party;
  /** Waits for one of the places. Rejects with `DatabaseUnavailable` when nothing more of it is to be sent. */
  enter(): Promise<void> | undefined;
  /** Gives the place back. */
  leave(): void;
  /** Nothing more of it is sent: what waits, and whatever comes yet, is refused. What is under way ends by itself. */
  stop(): void;
  readonly stopped: boolean;
}

/** Statements of one operation that are under way at once. */
export const mostOfOneOperation = 8;

/** A transaction is one, from its BEGIN to its end. */
export function createTurn(party: Party, most = mostOfOneOperation): Turn {
  const waiting: { readonly enter: () => void; readonly refuse: (error: Error) => void }[] = [];
  let underWay = 0;
  let stopped = false;
  return {
    party,
    get stopped() {
      return stopped;
    },
    enter() {
      if (stopped) return Promise.reject(over());
      if (underWay < most) {
        underWay++;
        return undefined;
      }
      return new Promise((enter, refuse) => {
        waiting.push({ enter, refuse });
      });
    },
    leave() {
      const next = waiting.shift();
      if (next) next.enter();
      else underWay--;
    },
    stop() {
      stopped = true;
      for (const { refuse } of waiting.splice(0)) refuse(over());
    },
  };
}

function over(): Error {
  return new DatabaseUnavailable('The operation that asked is over');
}

/** Work of the server itself: one party like others, whose parts bound themselves. */
export function serverTurn(...names: Party): Turn {
  return { party: ['the server', ...names], stopped: false, enter: () => undefined, leave() {}, stop() {} };
}
