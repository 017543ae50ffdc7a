import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config/read-config.ts';
import { type Edge, largestReport } from '../http/edge.ts';
import type { Faults } from '../http/faults.ts';
import { type Listener, listen } from '../http/listener.ts';
import type { Served } from '../http/route.ts';
import { createUnsentAnswers, mostUnsentBytes } from '../http/unsent-answers.ts';
import type { AlarmClock } from '../kernel/clock.ts';

export interface Addresses {
  readonly api: string;
  readonly management: string;
}

export interface Listeners {
  open(): Promise<Addresses>;
  /**
   * Goes on accepting for `SHUTDOWN_DELAY`, and asks clients to come back on another connection: whoever sends requests
   * here has that long to notice that this process is not ready. Resolves at once when nothing listens.
   */
  leave(): Promise<void>;
  /** Stops accepting and lets running operations finish, for as long as `SHUTDOWN_TIMEOUT`, counted from `leave`, allows. */
  drain(): Promise<void>;
}

/** One listener for both surfaces, or one for each when `ADMIN_PORT` is set. */
export function createListeners(
  { server, limits }: Config,
  edge: (served: Served) => Edge,
  faults: Faults,
  clock: AlarmClock,
): Listeners {
  const unsent = createUnsentAnswers({ clock, mostBytes: mostUnsentBytes(limits.MAX_RESPONSE_BYTES) });
  const listeners: Listener[] = [];
  let leftAt: number | undefined;

  async function openOne(served: Served, host: string, port: number): Promise<Listener> {
    const largestBody = Math.max(limits.MAX_BODY_BYTES, largestReport);
    const options = { host, port, keepAliveTimeoutMs: server.KEEP_ALIVE_TIMEOUT, faults, clock, unsent, largestBody };
    const listener = await listen(edge(served), options);
    listeners.push(listener);
    return listener;
  }

  return {
    async open() {
      const { HOST, PORT, ADMIN_HOST, ADMIN_PORT } = server;
      const together = ADMIN_PORT === undefined;
      const api = await openOne(together ? ['API', 'MANAGEMENT'] : ['API'], HOST, PORT);
      const management = together ? api : await openOne(['MANAGEMENT'], ADMIN_HOST, ADMIN_PORT);
      return { api: urlOf(api, '/graphql'), management: urlOf(management, '/admin/graphql') };
    },
    async leave() {
      leftAt ??= clock.monotonic();
      for (const listener of listeners) listener.leave();
      const delayMs = Math.min(limits.SHUTDOWN_DELAY, limits.SHUTDOWN_TIMEOUT);
      if (listeners.length > 0 && delayMs > 0) await pause(delayMs);
    },
    async drain() {
      const drained = Promise.all(listeners.map((listener) => listener.drain()));
      const leftMs = limits.SHUTDOWN_TIMEOUT - (leftAt === undefined ? 0 : clock.monotonic() - leftAt);
      const cut = setTimeout(() => listeners.forEach((listener) => void listener.cut()), leftMs);
      await drained;
      clearTimeout(cut);
    },
  };
}

function urlOf({ host, port }: Listener, path: string): string {
  const name = host === '127.0.0.1' || host === '0.0.0.0' || host === '::' || host === '::1' ? 'localhost' : host;
  return `http://${name}:${port}${path}`;
}
