import { join } from 'node:path';
import type { Config } from '../config/read-config.ts';
import type { Database } from '../db/database.ts';
import { openDatabase } from '../db/open-database.ts';
import { createSharedTime, ownTime, readDatabaseTime, type SharedTime } from '../db/shared-time.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { microPerPoint } from '../kernel/micro-points.ts';
import type { RandomBytes } from '../kernel/random.ts';
import { StartError } from '../kernel/start-error.ts';
import { type ChangeHints, createRedisHints } from '../keys/invalidation/change-hints.ts';
import { keptPepper, parsePepper } from '../keys/pepper.ts';
import { type KeyShapes, keyShapes } from '../keys/token/looks-like-key.ts';
import type { LeaseSize } from '../throttle/leases/lease-size.ts';
import { parsePlans, type ThrottlePlans } from '../throttle/plans.ts';

/** The database that the settings name: PostgreSQL by its URL, else the embedded one in `DATA_DIR`. */
export function configuredDatabase(
  { database: { DATABASE_URL, DATABASE_POOL_SIZE, DATA_DIR } }: Config,
  logger: Logger,
): Promise<Database> {
  return openDatabase({
    logger,
    maxConnections: DATABASE_POOL_SIZE,
    ...(DATABASE_URL === undefined ? { dataDir: DATA_DIR } : { url: DATABASE_URL }),
  });
}

/** The time that all instances share; the embedded database has ours. */
export function sharedTime(database: Database, clock: Clock, logger: Logger, read?: () => Promise<number>): SharedTime {
  if (!read && database.kind === 'PGLITE') return ownTime(clock);
  return createSharedTime({ read: read ?? (() => readDatabaseTime(database)), clock, logger });
}

/** What keys of this server look like, whether it made them or took them over. */
export function configuredKeyShapes({ keys: { KEY_PREFIX, KEY_IMPORT_PREFIXES } }: Config): KeyShapes {
  return keyShapes(KEY_PREFIX, KEY_IMPORT_PREFIXES);
}

/** The plans, with what `PLANS` changes of them. Throws a `StartError`. */
export function configuredPlans({ throttle: { PLANS } }: Config): ThrottlePlans {
  const parsed = parsePlans(PLANS ?? {});
  if (parsed.kind === 'INVALID') throw new StartError(`PLANS: ${parsed.message}`);
  return parsed.plans;
}

/** What `THROTTLE_LEASE` says; undefined when it is off. */
export function configuredLease({ throttle: { THROTTLE_LEASE } }: Config): LeaseSize | undefined {
  if (THROTTLE_LEASE === 'off') return undefined;
  return 'share' in THROTTLE_LEASE
    ? { kind: 'SHARE', share: THROTTLE_LEASE.share }
    : { kind: 'POINTS', points: Math.round(THROTTLE_LEASE.points * microPerPoint) };
}

/** The current pepper, then the former ones. Without a setting one is made, and kept in `DATA_DIR`. */
export async function configuredPeppers(config: Config, random: RandomBytes): Promise<[Uint8Array, ...Uint8Array[]]> {
  const texts = config.keys.KEY_PEPPER?.split(',') ?? [];
  const [current, ...former] = texts.map((text) => parsePepper(text.trim())).filter((bytes) => bytes !== undefined);
  return [current ?? (await keptPepper(join(config.database.DATA_DIR, 'pepper'), random)), ...former];
}

/** Where several instances share a database and a Redis, they also tell each other of changes to keys through Redis. */
export function configuredHints(
  { throttle: { REDIS_URL } }: Config,
  { kind }: Database,
  logger: Logger,
): ChangeHints | undefined {
  if (REDIS_URL === undefined || kind === 'PGLITE') return undefined;
  return createRedisHints(REDIS_URL, (err) => logger.debug({ err }, 'telling of changes to keys through Redis'));
}
