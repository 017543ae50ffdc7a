import { Redis } from 'ioredis';
import { formatKeyChange, type KeyChange, keyChangeChannel, parseKeyChange } from './key-change.ts';

/**
 * A second way by which instances tell each other of changes, which may be faster than the database's notifications, or
 * be there when those are not. Nothing rests on it: whoever can write to it can make instances read keys again, and
 * cannot make them miss a change.
 */
export interface ChangeHints {
  /** Resolves when changes of others are heard of, or when it is given up for now: it goes on trying. */
  listen(onChange: (change: KeyChange) => void): Promise<void>;
  /** After the commit. Nobody waits for it, and whatever goes wrong is left. */
  tell(change: KeyChange): void;
  close(): void;
}

const connectTimeoutMs = 2000;

/** Redis pub/sub. Of a cluster one node is enough: they pass messages on to each other. @param url the first of a list */
export function createRedisHints(url: string, onError: (error: Error) => void): ChangeHints {
  const [node = ''] = url.split(',');
  const options = {
    connectTimeout: connectTimeoutMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt: number) => Math.min(attempt * 50, 1000),
  };
  const teller = new Redis(node, { ...options, commandTimeout: 500 });
  const listener = new Redis(node, { ...options, autoResubscribe: false });
  for (const redis of [teller, listener]) redis.on('error', onError);

  return {
    listen(onChange) {
      listener.on('message', (_channel, payload) => onChange(parseKeyChange(payload)));
      return new Promise((resolve) => {
        setTimeout(resolve, connectTimeoutMs).unref();
        // Also after every reconnect.
        const subscribe = () => listener.subscribe(keyChangeChannel).then(() => resolve(), onError);
        if (listener.status === 'ready') void subscribe();
        listener.on('ready', subscribe);
      });
    },
    tell: (change) => void teller.publish(keyChangeChannel, formatKeyChange(change)).catch(onError),
    close() {
      teller.disconnect();
      listener.disconnect();
    },
  };
}
