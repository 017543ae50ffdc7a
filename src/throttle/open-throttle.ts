import { openDatabase } from '../db/open-database.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Counter } from '../kernel/counter.ts';
import type { Logger } from '../kernel/logger.ts';
import { type FailurePolicyOptions, withFailurePolicy } from './failure-policy.ts';
import { createMemoryStore } from './memory-store.ts';
import { createPostgresStore } from './postgres-store.ts';
import { createRedisStore } from './redis-store.ts';
import type { ThrottleStore } from './throttle-store.ts';

export interface OpenThrottleOptions {
  /** Redis or Valkey, the first choice; may hold a password. */
  readonly redisUrl: string | undefined;
  /** The PostgreSQL server whose instances share balances when there is no Redis. */
  readonly databaseUrl: string | undefined;
  /** Instead of either. */
  readonly store?: ThrottleStore | undefined;
  /** When the shared balances cannot be reached. */
  readonly onFailure: FailurePolicyOptions['policy'];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Calls that the shared store did not answer. */
  readonly storeFailures: Counter;
}

/** Where balances live, with what happens when that place is down. */
export interface Throttle {
  readonly api: ThrottleStore;
  /** Never closed: whoever has to end a key must not wait for a limiter. */
  readonly management: ThrottleStore;
  close(): Promise<void>;
}

const longestWaitAtStartMs = 2000;
const forgetEveryMs = 300_000;
/** Of its own, so that neither waits for the other; a connection that does not answer is given up soon. */
const throttleConnections = { maxConnections: 4, queryTimeoutMs: 500 };

/** A store that is down when the server starts is one that is down later: the policy decides, and it recovers. */
export async function openThrottle(options: OpenThrottleOptions): Promise<Throttle> {
  const { clock, logger, onFailure, storeFailures } = options;
  const store = options.store ?? (await openSharedStore(options));
  if (!store) {
    const memory = createMemoryStore({ clock });
    return { api: memory, management: memory, close: () => memory.close() };
  }
  const guarded = (policy: FailurePolicyOptions['policy'], surface: string) =>
    withFailurePolicy({
      store,
      policy,
      clock,
      onFailure: storeFailures.increment,
      onOpen: (err) => logger.warn({ err, surface, policy }, 'the throttle store does not answer'),
      onClose: () => logger.info({ surface }, 'the throttle store answers again'),
    });
  return {
    api: guarded(onFailure, 'API'),
    management: guarded('local', 'MANAGEMENT'),
    close: () => store.close(),
  };
}

async function openSharedStore(options: OpenThrottleOptions): Promise<ThrottleStore | undefined> {
  const { redisUrl, databaseUrl, logger } = options;
  if (redisUrl !== undefined) {
    const store = createRedisStore({
      url: redisUrl,
      onError: (err) => logger.debug({ err }, 'connection to the throttle store'),
    });
    const ready = await store.ready(longestWaitAtStartMs);
    if (!ready) logger.warn('the throttle store of REDIS_URL does not answer yet');
    return store;
  }
  return databaseUrl === undefined ? undefined : openPostgresStore(databaseUrl, logger);
}

async function openPostgresStore(url: string, logger: Logger): Promise<ThrottleStore> {
  const database = await openDatabase({ url, logger, ...throttleConnections });
  const store = createPostgresStore({ database });
  const forget = () =>
    store.forgetFull().catch((err: unknown) => logger.warn({ err }, 'full buckets were not forgotten'));
  const timer = setInterval(forget, forgetEveryMs).unref();
  return {
    ...store,
    async close() {
      clearInterval(timer);
      await database.close();
    },
  };
}
