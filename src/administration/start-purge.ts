import type { Logger } from '../kernel/logger.ts';
import { purgeDeletedKeys } from './purge-deleted-keys.ts';
import type { AdministrationServices } from './services.ts';

const intervalMs = 3_600_000;

/** Removes, once an hour, what was deleted 30 days ago. `close` waits for a run that is under way. */
export function startPurge(services: AdministrationServices, logger: Logger): { close(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = purgeDeletedKeys(services)
      .then((purged) => {
        if (purged > 0) logger.info({ purged }, 'keys that were deleted 30 days ago are gone');
      })
      .catch((err: unknown) => logger.warn({ err }, 'deleted keys were not purged; it is tried again in an hour'));
  }, intervalMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
