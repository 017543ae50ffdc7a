import { startPurge } from '../administration/purge/start-purge.ts';
import type { AdministrationServices } from '../administration/services.ts';
import type { Config } from '../config/read-config.ts';
import type { SharedTime } from '../db/shared-time.ts';
import type { Logger } from '../kernel/logger.ts';
import { repeating } from '../kernel/repeating.ts';
import { startUsageJobs } from '../usage/roll-up/usage-jobs.ts';
import { startWebhooks } from '../webhooks/start-webhooks.ts';

export interface Jobs {
  /** Resolves when no job runs any more. */
  close(): Promise<void>;
}

/** How long an instance whose clock went wrong may be taken for ready. */
const timeIntervalMs = 10_000;

/** What runs beside the requests, on one instance at a time. */
export function startJobs(
  administration: AdministrationServices,
  time: SharedTime,
  { usage, webhooks }: Config,
  logger: Logger,
): Jobs {
  const { database, clock } = administration;
  const jobs: Jobs[] = [
    // A database that does not answer is told of elsewhere.
    repeating(
      async () => void (await time.now()),
      timeIntervalMs,
      () => {},
    ),
    startPurge(administration, time, logger),
    startUsageJobs({
      database,
      time,
      logger,
      retention: {
        minuteMs: usage.USAGE_MINUTE_RETENTION,
        hourMs: usage.USAGE_HOUR_RETENTION,
        dayMs: usage.USAGE_DAY_RETENTION,
        requestLogMs: usage.REQUEST_LOG_RETENTION,
      },
    }),
  ];
  const { WEBHOOK_URL: url, WEBHOOK_SECRET: secret } = webhooks;
  if (url !== undefined && secret !== undefined) {
    jobs.push(startWebhooks({ database, clock, time, logger, receiver: { url, secret }, random: Math.random }));
  }
  return {
    async close() {
      for (const job of jobs) await job.close();
    },
  };
}
