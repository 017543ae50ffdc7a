import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { withDeadline } from '../../kernel/deadline.ts';
import type { Bucket, BucketState, RequestsWindow, ReserveAnswer, ThrottleStore } from '../throttle-store.ts';
import { countScript, peekScript, reserveScript, settleScript } from './redis-scripts.ts';

export interface RedisStoreOptions {
  /** `redis:` or `rediss:`; may hold a password. Two or more, separated by commas, are nodes of one cluster. */
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
type ScriptedRedis = (Redis | Cluster) & Record<'fpReserve' | 'fpSettle' | 'fpPeek' | 'fpCount', ScriptCommand>;

/**
 * Balances in Redis or Valkey, one atomic script a call, on the server's clock. All keys of one decision share a hash
 * tag. A call that has no answer in time rejects, and is not sent again: whether it was run is unknown, so it stays
 * charged. A failover may forget the last writes, which can give a key one bucket more. In a cluster each application's
 * keys stand on one node, and the others do not notice when it is away.
 */
export function createRedisStore(options: RedisStoreOptions): RedisStore {
  const { url, keyPrefix = 'fieldpass:throttle:', deadlineMs = 45, onError = () => {} } = options;
  const redis = connect(url, deadlineMs);
  redis.on('error', onError);

  const ask = (work: Promise<string[]>) => withDeadline(work, deadlineMs, 'The throttle store');
  const tagged = (partition: string, id: string, kind: string) => `${keyPrefix}{${partition}}:${id}:${kind}`;
  const bucketKeys = (buckets: readonly Bucket[]) =>
    buckets.flatMap(({ partition, id }) => [tagged(partition, id, 'balance'), tagged(partition, id, 'slots')]);
  const windowKeys = (windows: readonly RequestsWindow[]) =>
    windows.map(({ partition, id }) => tagged(partition, id, 'window'));

  return {
    async count(windows, requests = 1) {
      const limits = windows.flatMap(({ max, windowMs }) => [`${max}`, `${windowMs}`]);
      const [kind, ...numbers] = await ask(
        redis.fpCount(windows.length, ...windowKeys(windows), `${requests}`, ...limits),
      );
      const [first = 0, second = 0, third = 0] = numbers.map(Number);
      return kind === 'COUNTED'
        ? { kind, remaining: first, resetMs: second, firstResetMs: third }
        : { kind: 'REFUSED', retryAfterMs: first };
    },

    async reserve({ id, cost, buckets, ttlMs }) {
      const answer = await ask(
        redis.fpReserve(buckets.length * 2, ...bucketKeys(buckets), id, `${cost}`, `${ttlMs}`, ...limitsOf(buckets)),
      );
      return readReserveAnswer(answer);
    },

    async settle({ id, cost, ttlMs, buckets }, actual) {
      const unused = `${cost - Math.max(0, actual)}`;
      const limits = limitsOf(buckets);
      return readStates(
        await ask(redis.fpSettle(buckets.length * 2, ...bucketKeys(buckets), id, unused, `${ttlMs}`, ...limits)),
      );
    },

    async peek(buckets) {
      return readStates(await ask(redis.fpPeek(buckets.length * 2, ...bucketKeys(buckets), ...limitsOf(buckets))));
    },

    async ready(withinMs) {
      return withDeadline(connected(redis), withinMs, 'The throttle store').then(
        () => true,
        () => false,
      );
    },

    async close() {
      redis.disconnect();
    },
  };
}

/** Nothing queues and nothing is sent twice: a call while the connection is down fails at once. */
function connect(url: string, deadlineMs: number): ScriptedRedis {
  const common = {
    enableOfflineQueue: false,
    scripts: {
      fpReserve: { lua: reserveScript },
      fpSettle: { lua: settleScript },
      fpPeek: { lua: peekScript },
      fpCount: { lua: countScript },
    },
  };
  const connection = {
    // The connection's own commands; the scripts have a deadline.
    commandTimeout: deadlineMs * 12,
    // An answer that is late is perhaps only a little late. A connection on which nothing comes is given up.
    socketTimeout: deadlineMs * 10,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: 2000,
  };
  const retryStrategy = (attempt: number): number => Math.min(attempt * 50, 1000);
  const nodes = url.split(',');
  const [first = ''] = nodes;
  if (nodes.length === 1) {
    const options = { ...common, ...connection, retryStrategy } satisfies RedisOptions;
    return new Redis(first, options) as unknown as ScriptedRedis;
  }
  const cluster = new Cluster(nodes, {
    ...common,
    redisOptions: { ...connection, ...credentialsOf(first) },
    clusterRetryStrategy: retryStrategy,
    // Redirections are answers of a node that did not run the script; whatever else failed was perhaps run.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshTimeout: 2000,
  });
  // At once, and not with the first call, which those beside it would not wait for.
  cluster.on('+node', (node: Redis) => {
    if (node.status === 'wait') node.connect().catch(() => {});
  });
  return cluster as unknown as ScriptedRedis;
}

/** Resolves when the server, or each node of a cluster, takes calls. */
async function connected(redis: Redis | Cluster): Promise<void> {
  if (redis.status !== 'ready') await new Promise<void>((resolve) => redis.once('ready', resolve));
  if (redis instanceof Redis) return;
  await Promise.all(redis.nodes('master').map(connected));
}

/** Nodes that the cluster names have no URL: all of them are asked as the first one that is given. */
function credentialsOf(url: string): Pick<RedisOptions, 'username' | 'password' | 'tls'> {
  const { protocol, username, password } = new URL(url);
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}

const limitsOf = (buckets: readonly Bucket[]) =>
  buckets.flatMap(({ capacity, restoreRate, inFlight, debt, quota }) => [
    ...[`${capacity}`, `${restoreRate}`, `${inFlight}`, `${quota?.points ?? 0}`, quota?.period ?? ''],
    ...[`${quota?.known?.since ?? 0}`, `${quota?.known?.spent ?? 0}`, quota?.ask ? '1' : '0', `${debt ?? 0}`],
  ]);

function readReserveAnswer([kind, bucket, retryAfterMs, why, ...rest]: readonly string[]): ReserveAnswer {
  const states = readStates(rest);
  if (kind === 'RESERVED' || kind === 'UNCOUNTED') return { kind, states };
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
