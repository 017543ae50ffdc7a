import type { Config } from '../config/read-config.ts';
import type { Edge } from '../http/edge.ts';
import { type Listener, listen } from '../http/listener.ts';
import type { Served } from '../http/route.ts';

export interface Addresses {
  readonly api: string;
  readonly management: string;
}

export interface Listeners {
  open(): Promise<Addresses>;
  /** Stops accepting and lets running operations finish, for as long as `SHUTDOWN_TIMEOUT` allows. */
  drain(): Promise<void>;
}

/** One listener for both surfaces, or one for each when `ADMIN_PORT` is set. */
export function createListeners({ server, limits }: Config, edge: (served: Served) => Edge): Listeners {
  const listeners: Listener[] = [];

  async function openOne(served: Served, host: string, port: number): Promise<Listener> {
    const listener = await listen(edge(served), host, port);
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
    async drain() {
      const drained = Promise.all(listeners.map((listener) => listener.drain()));
      const cut = setTimeout(() => listeners.forEach((listener) => void listener.cut()), limits.SHUTDOWN_TIMEOUT);
      await drained;
      clearTimeout(cut);
    },
  };
}

function urlOf({ host, port }: Listener, path: string): string {
  const name = host === '127.0.0.1' || host === '0.0.0.0' || host === '::' || host === '::1' ? 'localhost' : host;
  return `http://${name}:${port}${path}`;
}
