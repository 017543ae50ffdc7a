import { withDeadline } from '../kernel/deadline.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Database } from './database.ts';
import { DatabaseUnavailable, isUnavailable } from './database-error.ts';
import type { PostgresSessionOptions } from './postgres-session.ts';
import { quoteIdentifier } from './quote-identifier.ts';
import type { Session } from './session.ts';

export interface PostgresListenerOptions {
  readonly open: (hooks: Required<Pick<PostgresSessionOptions, 'onNotification' | 'onLost'>>) => Session;
  readonly queryTimeoutMs: number;
  /** How often the connection is asked whether it still answers: a silent one delivers nothing and says nothing. */
  readonly heartbeatMs: number;
  readonly logger: Logger;
}

export interface PostgresListener {
  readonly listen: Database['listen'];
  close(): void;
}

interface Listener {
  readonly channel: string;
  readonly onMessage: (payload: string) => void;
  readonly onGap: () => void;
}

const reconnectMs = [0, 100, 250, 500, 1000] as const;

/** LISTEN over a session of its own, which is opened again, for as long as anybody listens, when it is lost. */
export function createPostgresListener(options: PostgresListenerOptions): PostgresListener {
  const listeners = new Set<Listener>();
  let session: Promise<Session> | undefined;
  /** The session that is known to listen. */
  let active: Session | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let closed = false;

  function dispatch(channel: string, payload: string): void {
    for (const listener of listeners) if (listener.channel === channel) listener.onMessage(payload);
  }

  async function ask(current: Session, text: string): Promise<void> {
    await withDeadline(current.send(text, [], 'arrays'), options.queryTimeoutMs, 'The database', current.cut);
  }

  async function connect(): Promise<Session> {
    const current = options.open({ onNotification: dispatch, onLost: () => lose(current) });
    try {
      await ask(current, 'SELECT 1');
      for (const channel of new Set([...listeners].map((listener) => listener.channel))) {
        await ask(current, `LISTEN ${quoteIdentifier(channel)}`);
      }
      if (closed || !current.usable) throw new DatabaseUnavailable('The connection to the database is lost');
    } catch (error) {
      current.cut();
      throw error;
    }
    active = current;
    watch(current);
    return current;
  }

  function watch(current: Session): void {
    heartbeat = setTimeout(async () => {
      try {
        await ask(current, 'SELECT 1');
        watch(current);
      } catch {
        lose(current);
      }
    }, options.heartbeatMs);
    heartbeat.unref();
  }

  /** What was sent since the last answer may be lost. */
  function lose(current: Session): void {
    if (active !== current) return;
    active = undefined;
    clearTimeout(heartbeat);
    current.cut();
    void reconnect();
  }

  async function reconnect(): Promise<void> {
    for (let attempt = 0; !closed; attempt++) {
      await pause(reconnectMs[Math.min(attempt, reconnectMs.length - 1)]);
      if (closed) return;
      session = connect();
      try {
        await session;
      } catch (error) {
        if (!isUnavailable(error)) options.logger.error({ err: error }, 'listening to the database failed');
        continue;
      }
      options.logger.warn({ attempt }, 'listening to the database again; notices in between are lost');
      for (const listener of [...listeners]) listener.onGap();
      return;
    }
  }

  const listen: Database['listen'] = async (channel, onMessage, onGap) => {
    const listener: Listener = { channel, onMessage, onGap };
    listeners.add(listener);
    try {
      session ??= connect();
      await ask(await session, `LISTEN ${quoteIdentifier(channel)}`);
    } catch (error) {
      listeners.delete(listener);
      // The first connection failed: the next listener tries again. A lost one is being opened again already.
      if (listeners.size === 0 && !active) session = undefined;
      throw error;
    }
    return async () => {
      listeners.delete(listener);
    };
  };

  return {
    listen,
    close: () => {
      closed = true;
      clearTimeout(heartbeat);
      listeners.clear();
      session?.then((current) => current.cut()).catch(() => undefined);
    },
  };
}

function pause(ms: number | undefined): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
