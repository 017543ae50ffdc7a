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
import { findByPublicId, findByPublicIds } from '../store/find-by-public-id.ts';
import { findPublicId, findPublicIds } from '../store/find-public-id.ts';
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
import { TurnedAway, takeTurns } from './turns.ts';

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

/**
 * How a key that is not cached is looked up: at once, or (of an address that asks for what there is not) together with others,
 * ten times a second, so that nobody's connection is busy with it. Either way it is found when it is there.
 */
export type LookUp = { readonly kind: 'AT_ONCE' } | { readonly kind: 'IN_TURN'; readonly address: string };

const atOnce: LookUp = { kind: 'AT_ONCE' };
/** An address may wait for the look-up that another one began, and was turned away with. */
const mostTries = 3;

export interface KeyResolver extends Pick<KeyInvalidation, 'committed' | 'inForce' | 'close'> {
  /** Steps 2–4: format, look-up, secret, status. Rejects with `DATABASE_UNAVAILABLE` when it cannot look: nobody is let in then. */
  resolve(text: string, lookUp?: LookUp): Promise<KeyResolution>;
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

/** Of one secret, under each pepper. */
type Hashes = readonly Uint8Array[];

/** For how long a key that was read without a lease is believed, from when the statement was sent. */
const believedAloneMs = 500;

/**
 * The keys of this instance. It answers from its cache while it holds a lease (`instance-lease.ts`), and takes one when
 * it has none. When there is none to be had although the database answers, it reads every key anew: slower, and right
 * for every request that begins after a change was answered.
 */
export async function startKeyResolver(options: KeyResolverOptions): Promise<KeyResolver> {
  const { database, clock, peppers, prefix, environments, importPrefixes = [] } = options;
  const load = (publicId: string) => findByPublicId(database.lookups, publicId);
  const cache = createKeyCache({ clock, load, onLookup: options.onLookup });
  const find = (hashes: Hashes) => findPublicId(database.lookups, hashes);
  const foreign = createForeignKeys({ clock, peppers, find });
  const loadInTurn = takeTurns({
    clock,
    ask: (publicIds: readonly string[]) => findByPublicIds(database.lookups, publicIds),
  });
  const findInTurn = takeTurns({
    clock,
    ask: (secrets: readonly Hashes[]) => findPublicIds(database.lookups, secrets),
  });
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

  async function publicIdOf(text: string, lookUp: LookUp): Promise<string | undefined | 'MALFORMED'> {
    const token = parseToken(text, prefix);
    if (token) return environments.includes(token.environment) ? token.publicId : 'MALFORMED';
    if (!isForeignToken(text, importPrefixes)) return 'MALFORMED';
    const read = lookUp.kind === 'IN_TURN' ? (hashes: Hashes) => findInTurn(hashes, lookUp.address) : find;
    return await orUnavailable(() => foreign.publicIdOf(text, read));
  }

  function current(publicId: string, lookUp: LookUp = atOnce): Promise<StoredKey | undefined> {
    const read = lookUp.kind === 'IN_TURN' ? (id: string) => loadInTurn(id, lookUp.address) : load;
    return orUnavailable(async () => {
      if (lease.isLive() || (await lease.obtain())) return await cache.get(publicId, read);
      const until = clock.monotonic() + believedAloneMs;
      const stored = await read(publicId);
      if (stored) believedUntil.set(stored.key, until);
      return stored;
    });
  }

  async function resolveOnce(text: string, lookUp: LookUp): Promise<KeyResolution> {
    const publicId = await publicIdOf(text, lookUp);
    if (publicId === 'MALFORMED') return { kind: 'MALFORMED' };
    const stored = publicId === undefined ? undefined : await current(publicId, lookUp);
    const secret = matchSecret(text, stored, peppers);
    if (!secret) foreign.disproved(text);
    if (!stored) return { kind: 'UNKNOWN' };
    if (!secret) return { kind: 'WRONG_SECRET', key: stored.key };
    // Of an imported key the text does not say it.
    if (!environments.includes(stored.key.environment)) return { kind: 'MALFORMED' };
    const judgement = judgeAt(stored, secret, clock.now());
    if (judgement.kind === 'ACTIVE') rekeyer.proved(text, secret);
    return judgement;
  }

  return {
    ...invalidation,
    watch: watchers.watch,
    async close() {
      await rekeyer.close();
      await invalidation.close();
    },
    async resolve(text, lookUp = atOnce) {
      for (let tries = 1; ; tries++) {
        try {
          return await resolveOnce(text, lookUp);
        } catch (reason) {
          if (!(reason instanceof TurnedAway)) throw reason;
          const isOwn = lookUp.kind === 'IN_TURN' && lookUp.address === reason.asker;
          if (isOwn || tries === mostTries) return { kind: 'TURNED_AWAY' };
        }
      }
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
