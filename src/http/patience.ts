import type { IncomingMessage } from 'node:http';
import type { Clock } from '../kernel/clock.ts';

/**
 * With the requests of one connection. Node counts how long a request takes to arrive, also while nothing is read since one
 * before it is being answered, and counts no more once it has given up. Then this counts, from when reading goes on.
 */
export interface Patience {
  /** Reading goes on. */
  resumed(): void;
  /** The head of a request is here. */
  began(incoming: IncomingMessage): void;
  /**
   * Node has given up what arrives after `latest` or is the rest of it. False when the client had its time; else `tell` is called
   * when it has had it, and something is still missing.
   */
  putOff(latest: IncomingMessage | undefined, tell: () => void): boolean;
  end(): void;
}

export interface PatienceOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** For how long a request may arrive. */
  readonly longestMs: number;
  /** Whether nothing is read now. */
  readonly isHeld: () => boolean;
}

export function createPatience({ clock, longestMs, isHeld }: PatienceOptions): Patience {
  let readSince = Number.NEGATIVE_INFINITY;
  /** `request` is absent until its head is here. */
  let late: { request: IncomingMessage | undefined; readonly tell: () => void } | undefined;
  let timer: NodeJS.Timeout | undefined;

  function wait(): void {
    clearTimeout(timer);
    // After a stall timers come before sockets: what has arrived by then is read first.
    timer = setTimeout(() => setImmediate(look), readSince + longestMs - clock.monotonic()).unref();
  }

  function look(): void {
    // It is looked at again some time after reading goes on.
    if (!late || isHeld()) return;
    const { request, tell } = late;
    late = undefined;
    if (!request?.complete) tell();
  }

  return {
    resumed() {
      readSince = clock.monotonic();
      if (late) wait();
    },
    began(incoming) {
      if (late) late.request ??= incoming;
    },
    putOff(latest, tell) {
      if (!isHeld() && clock.monotonic() - readSince >= longestMs) return false;
      late = { request: latest?.complete === false ? latest : undefined, tell };
      if (!isHeld()) wait();
      return true;
    },
    end() {
      clearTimeout(timer);
      late = undefined;
    },
  };
}
