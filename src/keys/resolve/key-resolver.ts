import { max } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { isUnavailable } from '../../db/database-error.ts';
import { auditEvent } from '../../db/schema/index.ts';
import { boundedCache } from '../../kernel/bounded-cache.ts';
import type { Clock } from '../../kernel/clock.ts';
import { codedError } from '../../kernel/errors.ts';
import type { ApiKeyEnvironment, ApiKeyRecord, KeySecretRecord } from '../api-key.ts';
import { secretAt } from '../secret-at.ts';
import { findByPublicId } from '../store/find-by-public-id.ts';
import { parseToken } from '../token/key-token.ts';
import type { Peppers } from '../token/secret-hash.ts';
import { type Judgement, judge } from './judge.ts';
import { createKeyCache } from './key-cache.ts';
import { type KeyChange, keyChangeChannel, parseKeyChange, unknownEpoch } from './key-change.ts';
import { createKeyFreshness } from './key-freshness.ts';
import type { KeyResolution, StoredKey, StoredSecret } from './key-resolution.ts';
import { matchSecret } from './match-secret.ts';

export interface KeyResolverOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly peppers: Peppers;
  readonly prefix: string;
  /** Environments whose keys are accepted. */
  readonly environments: readonly ApiKeyEnvironment[];
}

export interface KeyResolver {
  /** Steps 2–4: format, look-up, secret, status. Rejects with `DATABASE_UNAVAILABLE` when it cannot look: nobody is let in then. */
  resolve(text: string): Promise<KeyResolution>;
  /** Step 4 anew, for something that outlives its request: the key as it is now. */
  recheck(key: ApiKeyRecord, secret: KeySecretRecord): Promise<Judgement>;
  /**
   * Forgets at once what a change of this instance made stale, after its commit: the notification that follows then
   * says nothing new.
   */
  forget(change: KeyChange): void;
  close(): Promise<void>;
}

const maxKeys = 50_000;
const maxUnknown = 20_000;
const maxAwaited = 1000;

/**
 * The keys of this instance. Cached entries are dropped by notifications, which arrive with the commit of a change; see
 * `key-freshness.ts` for what bounds staleness when they do not. An embedded database has no other writer than this
 * process, so there the notification is exact and no confirmation is needed.
 */
export async function startKeyResolver(options: KeyResolverOptions): Promise<KeyResolver> {
  const { database, clock, peppers, prefix, environments } = options;
  const cache = createKeyCache({ clock, load: (id) => findByPublicId(database.queries, id), maxKeys, maxUnknown });
  const freshness = createKeyFreshness(clock, () => readEpoch(database), cache.clear);
  /** Changes whose own notification is still under way. */
  const awaited = boundedCache<number, true>(maxAwaited);
  const confirm = database.kind === 'PGLITE' ? async () => {} : freshness.confirm;

  async function current(publicId: string): Promise<StoredKey | undefined> {
    try {
      await confirm();
      return await cache.get(publicId);
    } catch (cause) {
      if (!isUnavailable(cause)) throw cause;
      throw codedError('DATABASE_UNAVAILABLE', 'The key cannot be checked at the moment. Try again.');
    }
  }

  function forget(change: KeyChange): void {
    if (change.keys === 'ALL') {
      cache.clear();
    } else {
      cache.forgetKeys(change.keys);
      if (change.applications.length > 0) cache.forgetApplications(change.applications);
    }
  }

  const stopListening = await database.listen(
    keyChangeChannel,
    (payload) => {
      const change = parseKeyChange(payload);
      if (!awaited.delete(change.epoch)) forget(change);
      freshness.heard(change.epoch);
    },
    () => {
      awaited.clear();
      cache.clear();
    },
  );

  return {
    async resolve(text) {
      const token = parseToken(text, prefix);
      if (!token || !environments.includes(token.environment)) return { kind: 'MALFORMED' };
      const stored = await current(token.publicId);
      const secret = matchSecret(text, stored, peppers);
      if (!stored) return { kind: 'UNKNOWN' };
      if (!secret) return { kind: 'WRONG_SECRET', key: stored.key };
      return judgeAt(stored, secret, clock.now());
    },
    async recheck(key, secret) {
      const stored = await current(key.publicId);
      const proved = stored?.secrets.find(({ record }) => record.id === secret.id);
      if (!stored || !proved) return { kind: 'REVOKED', at: undefined, key };
      return judgeAt(stored, proved, clock.now());
    },
    forget(change) {
      forget(change);
      if (change.epoch !== unknownEpoch) awaited.set(change.epoch, true);
    },
    close: stopListening,
  };
}

function judgeAt({ key, secrets }: StoredKey, { record }: StoredSecret, now: number): Judgement {
  const all = secrets.map((secret) => secret.record);
  return judge(key, secretAt(record, all, now), now);
}

/** Every change writes an audit event under one lock, so the last number is the place of the last change. */
async function readEpoch(database: Database): Promise<number> {
  const [row] = await database.queries.select({ epoch: max(auditEvent.seq) }).from(auditEvent);
  return row?.epoch ?? 0;
}
