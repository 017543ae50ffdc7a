import { Redis, type RedisOptions } from 'ioredis';
import { withDeadline } from '../kernel/deadline.ts';
import { countScript, peekScript, reserveScript, settleScript } from './redis-scripts.ts';
import type { Bucket, BucketState, RequestsWindow, ReserveAnswer, ThrottleStore } from './throttle-store.ts';

export interface RedisStoreOptions {
  /** `redis:` or `rediss:`; may hold a password. */
  readonly url: string;
  /** Before every key. */
  readonly keyPrefix?: string;
  /** Longest wait for an answer, in milliseconds. */
  readonly deadlineMs?: number;
  /** Connection errors, which also show as rejected calls. */
  readonly onError?: (error: Error) => void;
}

export interface RedisStore extends ThrottleStore {
  /** Resolves to true as soon as calls can be answered, to false when that takes longer. */
  ready(withinMs: number): Promise<boolean>;
}

/** One of the scripts as a command: the number of keys, the keys, the arguments. */
type ScriptCommand = (keys: number, ...keysAndArguments: readonly string[]) => Promise<string[]>;
type ScriptedRedis = Redis & Record<'fpReserve' | 'fpSettle' | 'fpPeek' | 'fpCount', ScriptCommand>;

/**
 * Balances in Redis or Valkey, one atomic script a call, on the server's clock. All keys of one decision share a hash
 * tag. A call that has no answer in time rejects, and is not sent again: whether it was run is unknown, so it stays
 * charged. A failover may forget the last writes, which can give a key one bucket more.
 */
export function createRedisStore(options: RedisStoreOptions): RedisStore {
  const { url, keyPrefix = 'fieldpass:throttle:', deadlineMs = 45, onError = () => {} } = options;
  const redis = connect(url, deadlineMs);
  redis.on('error', onError);

  async function ask(work: Promise<string[]>): Promise<string[]> {
    let answered = false;
    const noted = work.finally(() => {
      answered = true;
    });
    return withDeadline(noted, deadlineMs, 'The throttle store', () => {
      // It is late; perhaps only a little. A connection on which nothing comes for ten times as long is given up.
      const giveUp = () => !answered && redis.status === 'ready' && redis.disconnect(true);
      setTimeout(giveUp, deadlineMs * 9).unref();
    });
  }
  const tagged = (partition: string, id: string, kind: string) => `${keyPrefix}{${partition}}:${id}:${kind}`;
  const bucketKeys = (buckets: readonly Bucket[]) =>
    buckets.flatMap(({ partition, id }) => [tagged(partition, id, 'balance'), tagged(partition, id, 'slots')]);
  const windowKeys = (windows: readonly RequestsWindow[]) =>
    windows.map(({ partition, id }) => tagged(partition, id, 'window'));

  return {
    async count(windows) {
      const limits = windows.flatMap(({ max, windowMs }) => [`${max}`, `${windowMs}`]);
      const [kind, first, second] = await ask(redis.fpCount(windows.length, ...windowKeys(windows), ...limits));
      return kind === 'COUNTED'
        ? { kind, remaining: Number(first), resetMs: Number(second) }
        : { kind: 'REFUSED', retryAfterMs: Number(first) };
    },

    async reserve({ id, cost, buckets, ttlMs }) {
      const answer = await ask(
        redis.fpReserve(buckets.length * 2, ...bucketKeys(buckets), id, `${cost}`, `${ttlMs}`, ...limitsOf(buckets)),
      );
      return readReserveAnswer(answer);
    },

    async settle({ id, cost, ttlMs, buckets }, actual) {
      const unused = `${Math.max(0, cost - Math.max(0, actual))}`;
      const limits = limitsOf(buckets);
      return readStates(
        await ask(redis.fpSettle(buckets.length * 2, ...bucketKeys(buckets), id, unused, `${ttlMs}`, ...limits)),
      );
    },

    async peek(buckets) {
      return readStates(await ask(redis.fpPeek(buckets.length * 2, ...bucketKeys(buckets), ...limitsOf(buckets))));
    },

    async ready(withinMs) {
      if (redis.status === 'ready') return true;
      const connected = new Promise<void>((resolve) => redis.once('ready', resolve));
      return withDeadline(connected, withinMs, 'The throttle store').then(
        () => true,
        () => false,
      );
    },

    async close() {
      redis.disconnect();
    },
  };
}

function connect(url: string, deadlineMs: number): ScriptedRedis {
  const options = {
    // The connection's own commands; the scripts have a deadline that also gives the connection up.
    commandTimeout: deadlineMs * 12,
    // A call while the connection is down fails at once: nothing queues, nothing is sent twice.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: 2000,
    retryStrategy: (attempt: number) => Math.min(attempt * 50, 1000),
    scripts: {
      fpReserve: { lua: reserveScript },
      fpSettle: { lua: settleScript },
      fpPeek: { lua: peekScript },
      fpCount: { lua: countScript },
    },
  } satisfies RedisOptions;
  return new Redis(url, options) as unknown as ScriptedRedis;
}

const limitsOf = (buckets: readonly Bucket[]) =>
  buckets.flatMap(({ capacity, restoreRate, inFlight, quota }) => [
    ...[`${capacity}`, `${restoreRate}`, `${inFlight}`, `${quota?.points ?? 0}`, quota?.period ?? ''],
    ...[`${quota?.known?.since ?? 0}`, `${quota?.known?.spent ?? 0}`],
  ]);

function readReserveAnswer([kind, bucket, retryAfterMs, why, ...rest]: readonly string[]): ReserveAnswer {
  const states = readStates(rest);
  if (kind === 'RESERVED') return { kind, states };
  if (kind === 'IMPOSSIBLE') return { kind, bucket: Number(bucket), states };
  return {
    kind: 'REFUSED',
    bucket: Number(bucket),
    reason: why === 'COST' || why === 'QUOTA' ? why : 'IN_FLIGHT',
    retryAfterMs: Number(retryAfterMs),
    states,
  };
}

/** Four texts of each bucket; the last two are empty without a quota. */
function readStates(texts: readonly string[]): BucketState[] {
  const states: BucketState[] = [];
  for (let index = 0; index < texts.length; index += 4) {
    const [available, inFlight, spent, endsAt] = texts.slice(index, index + 4);
    const state = { available: Number(available), inFlight: Number(inFlight) };
    states.push(spent ? { ...state, quota: { spent: Number(spent), endsAt: Number(endsAt) } } : state);
  }
  return states;
}
