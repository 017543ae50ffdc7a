import { openDatabase } from '../db/open-database.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { MakeId } from '../kernel/uuid.ts';
import { type FailurePolicyOptions, withFailurePolicy } from './failure/failure-policy.ts';
import { type StoreWatch, watchedStore } from './failure/watched-store.ts';
import { type SpentSince, withKnownSpending } from './known-spending.ts';
import type { LeaseSize } from './leases/lease-size.ts';
import { withLeases } from './leases/with-leases.ts';
import { createMemoryStore } from './stores/memory-store.ts';
import { createPostgresStore } from './stores/postgres-store.ts';
import { createRedisStore } from './stores/redis-store.ts';
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
  /** What an instance takes at once of a hot key's bucket; nothing in advance when absent. */
  readonly lease?: LeaseSize | undefined;
  /** Quotas begin at nothing when absent. */
  readonly spentSince?: SpentSince | undefined;
  readonly executionTimeoutMs: number;
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly logger: Logger;
  /** Told of every call of the shared store. */
  readonly watch: StoreWatch;
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
/** Usage is written every second. */
const usageDelayMs = 2500;
/** Of its own, so that neither waits for the other; a connection that does not answer is given up soon. */
const throttleConnections = { maxConnections: 4, queryTimeoutMs: 500 };

/** A store that is down when the server starts is one that is down later: the policy decides, and it recovers. */
export async function openThrottle(options: OpenThrottleOptions): Promise<Throttle> {
  const { clock, logger, onFailure } = options;
  const shared = options.store ?? (await openSharedStore(options));
  if (!shared) {
    const memory = countingOn(createMemoryStore({ clock }), options);
    return { api: memory, management: memory, close: () => memory.close() };
  }
  const store = closedOnce(watchedStore(shared, clock, options.watch));
  const guarded = (policy: FailurePolicyOptions['policy'], surface: string) =>
    withFailurePolicy({
      store,
      policy,
      clock,
      onOpen: (err) => logger.warn({ err, surface, policy }, 'the throttle store does not answer'),
      onClose: () => logger.info({ surface }, 'the throttle store answers again'),
    });
  const api = countingOn(leasing(guarded(onFailure, 'API'), options), options);
  const management = countingOn(guarded('local', 'MANAGEMENT'), options);
  return {
    api,
    management,
    async close() {
      // What is leased goes back first.
      await api.close();
      await management.close();
    },
  };
}

function leasing(store: ThrottleStore, { lease, clock, makeId }: OpenThrottleOptions): ThrottleStore {
  return lease ? withLeases({ store, size: lease, clock, makeId }) : store;
}

/** Where a quota goes on from when the store has no count of it. */
function countingOn(store: ThrottleStore, options: OpenThrottleOptions): ThrottleStore {
  const { spentSince, executionTimeoutMs, clock, logger } = options;
  if (!spentSince) return store;
  return withKnownSpending({
    store,
    spentSince,
    clock,
    correctAfterMs: [usageDelayMs, executionTimeoutMs + usageDelayMs],
    onFailure: (err) => logger.warn({ err }, 'usage does not say what was spent of a quota'),
  });
}

function closedOnce(store: ThrottleStore): ThrottleStore {
  let closing: Promise<void> | undefined;
  return {
    ...store,
    close: () => {
      closing ??= store.close();
      return closing;
    },
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
  // Also opens a connection, so that the first request does not wait for one and fall back to a local bucket.
  await forget();
  const timer = setInterval(forget, forgetEveryMs).unref();
  return {
    ...store,
    async close() {
      clearInterval(timer);
      await database.close();
    },
  };
}
