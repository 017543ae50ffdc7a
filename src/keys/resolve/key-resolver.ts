import type { Database } from '../../db/database.ts';
import { isUnavailable } from '../../db/database-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import { codedError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { ApiKeyEnvironment, ApiKeyRecord, KeySecretRecord } from '../api-key.ts';
import type { ChangeHints } from '../invalidation/change-hints.ts';
import type { StaleKeys } from '../invalidation/key-change.ts';
import { type KeyInvalidation, startKeyInvalidation } from '../invalidation/key-invalidation.ts';
import { secretAt } from '../secret-at.ts';
import { findByPublicId } from '../store/find-by-public-id.ts';
import { findPublicId } from '../store/find-public-id.ts';
import { isForeignToken } from '../token/foreign-token.ts';
import { parseToken } from '../token/key-token.ts';
import type { Peppers } from '../token/secret-hash.ts';
import { createForeignKeys } from './foreign-keys.ts';
import { type Judgement, judge } from './judge.ts';
import { createKeyCache } from './key-cache.ts';
import type { KeyResolution, StoredKey, StoredSecret } from './key-resolution.ts';
import { createKeyWatchers, type KeyWatchers } from './key-watchers.ts';
import { matchSecret } from './match-secret.ts';
import { createSecretRekeyer } from './secret-rekeyer.ts';

export interface KeyResolverOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A UUID that no other process has. */
  readonly instanceId: string;
  /** Another way, beside the database's, by which instances tell each other of changes. */
  readonly hints?: ChangeHints | undefined;
  readonly peppers: Peppers;
  readonly prefix: string;
  /** Environments whose keys are accepted. */
  readonly environments: readonly ApiKeyEnvironment[];
  /** Beginnings of imported keys of other formats. */
  readonly importPrefixes?: readonly string[];
  /** Told of each look-up in the cache. */
  readonly onLookup?: (hit: boolean) => void;
}

export interface KeyResolver extends Pick<KeyInvalidation, 'committed' | 'inForce' | 'close'> {
  /** Steps 2–4: format, look-up, secret, status. Rejects with `DATABASE_UNAVAILABLE` when it cannot look: nobody is let in then. */
  resolve(text: string): Promise<KeyResolution>;
  /** The key that a text names, proved or not: for telling its owner of a request, never for letting it in. Rejects as `resolve` does. */
  named(text: string): Promise<ApiKeyRecord | undefined>;
  /**
   * Whether a record that `resolve` or `recheck` answered may be acted on at this very moment. Asked in the same turn of
   * the event loop in which something starts; when it is false the key must be checked again.
   */
  isCurrent(key: ApiKeyRecord): boolean;
  /** Step 4 anew, for something that outlives its request: the key as it is now. */
  recheck(key: ApiKeyRecord, secret: KeySecretRecord): Promise<Judgement>;
  /** Calls `onStale` whenever the key may have changed, until the function that it answers is called. */
  readonly watch: KeyWatchers['watch'];
}

const maxKeys = 50_000;
const maxUnknown = 20_000;

/** For how long a key that was read without a lease is believed, from when the statement was sent. */
const believedAloneMs = 500;

/**
 * The keys of this instance. It answers from its cache while it holds a lease (`instance-lease.ts`), and takes one when
 * it has none. When there is none to be had although the database answers, it reads every key anew: slower, and right
 * for every request that begins after a change was answered.
 */
export async function startKeyResolver(options: KeyResolverOptions): Promise<KeyResolver> {
  const { database, clock, peppers, prefix, environments, importPrefixes = [] } = options;
  const load = (publicId: string) => findByPublicId(database.queries, publicId);
  const cache = createKeyCache({ clock, load, maxKeys, maxUnknown, onLookup: options.onLookup });
  const find = (hashes: readonly Uint8Array[]) => findPublicId(database.queries, hashes);
  const foreign = createForeignKeys({ clock, peppers, find });
  const rekeyer = createSecretRekeyer(options);
  const watchers = createKeyWatchers();
  /** Of keys that were read without a lease: until when they are believed. */
  const believedUntil = new WeakMap<ApiKeyRecord, number>();

  function forget(stale: StaleKeys): void {
    if (stale.keys === 'ALL') {
      cache.clear();
    } else {
      cache.forgetKeys(stale.keys);
      if (stale.applications.length > 0) cache.forgetApplications(stale.applications);
    }
    foreign.forgetUnknown();
    watchers.tell(stale);
  }

  const { lease, ...invalidation } = await startKeyInvalidation({ ...options, forget });

  async function publicIdOf(text: string): Promise<string | undefined | 'MALFORMED'> {
    const token = parseToken(text, prefix);
    if (token) return environments.includes(token.environment) ? token.publicId : 'MALFORMED';
    return isForeignToken(text, importPrefixes) ? await orUnavailable(() => foreign.publicIdOf(text)) : 'MALFORMED';
  }

  function current(publicId: string): Promise<StoredKey | undefined> {
    return orUnavailable(async () => {
      if (lease.isLive() || (await lease.obtain())) return await cache.get(publicId);
      const until = clock.monotonic() + believedAloneMs;
      const stored = await load(publicId);
      if (stored) believedUntil.set(stored.key, until);
      return stored;
    });
  }

  return {
    ...invalidation,
    watch: watchers.watch,
    async close() {
      await rekeyer.close();
      await invalidation.close();
    },
    async resolve(text) {
      const publicId = await publicIdOf(text);
      if (publicId === 'MALFORMED') return { kind: 'MALFORMED' };
      const stored = publicId === undefined ? undefined : await current(publicId);
      const secret = matchSecret(text, stored, peppers);
      if (!secret) foreign.disproved(text);
      if (!stored) return { kind: 'UNKNOWN' };
      if (!secret) return { kind: 'WRONG_SECRET', key: stored.key };
      // Of an imported key the text does not say it.
      if (!environments.includes(stored.key.environment)) return { kind: 'MALFORMED' };
      const judgement = judgeAt(stored, secret, clock.now());
      if (judgement.kind === 'ACTIVE') rekeyer.proved(text, secret);
      return judgement;
    },
    async named(text) {
      const publicId = await publicIdOf(text);
      if (publicId === undefined || publicId === 'MALFORMED') return undefined;
      return (await current(publicId))?.key;
    },
    isCurrent(key) {
      if (lease.isLive() && cache.holds(key)) return true;
      const until = believedUntil.get(key);
      return until !== undefined && clock.monotonic() < until;
    },
    async recheck(key, secret) {
      const stored = await current(key.publicId);
      const proved = stored?.secrets.find(({ record }) => record.id === secret.id);
      if (!stored || !proved) return { kind: 'REVOKED', at: undefined, key };
      return judgeAt(stored, proved, clock.now());
    },
  };
}

async function orUnavailable<Value>(read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (cause) {
    if (!isUnavailable(cause)) throw cause;
    throw codedError('DATABASE_UNAVAILABLE', 'The key cannot be checked at the moment. Try again.');
  }
}

function judgeAt({ key, secrets }: StoredKey, { record }: StoredSecret, now: number): Judgement {
  const all = secrets.map((secret) => secret.record);
  return judge(key, secretAt(record, all, now), now);
}
