import type { SharedTime } from '../../db/shared-time.ts';
import type { Logger } from '../../kernel/logger.ts';
import { type Repeating, repeating } from '../../kernel/repeating.ts';
import type { AdministrationServices } from '../services.ts';
import { purgeDeletedKeys } from './purge-deleted-keys.ts';
import { purgeIdempotency } from './purge-idempotency.ts';

const intervalMs = 3_600_000;

/** Removes, once an hour, keys that were deleted 30 days ago, and idempotency keys of yesterday. */
export function startPurge(services: AdministrationServices, time: SharedTime, logger: Logger): Repeating {
  return repeating(
    () => purge(services, time, logger),
    intervalMs,
    (err) => logger.warn({ err }, 'what is due was not purged; it is tried again in an hour'),
  );
}

async function purge(services: AdministrationServices, time: SharedTime, logger: Logger): Promise<void> {
  const now = await time.now();
  if (now === undefined) return;
  const purged = await purgeDeletedKeys(services, now);
  if (purged > 0) logger.info({ purged }, 'keys that were deleted 30 days ago are gone');
  const forgotten = await purgeIdempotency(services, now);
  if (forgotten > 0) logger.debug({ forgotten }, 'idempotency keys older than a day are gone');
}
