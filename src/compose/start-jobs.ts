import { startPurge } from '../administration/purge/start-purge.ts';
import type { AdministrationServices } from '../administration/services.ts';
import type { Config } from '../config/read-config.ts';
import type { Logger } from '../kernel/logger.ts';
import { startUsageJobs } from '../usage/roll-up/usage-jobs.ts';
import { startWebhooks } from '../webhooks/start-webhooks.ts';

export interface Jobs {
  /** Resolves when no job runs any more. */
  close(): Promise<void>;
}

/** What runs beside the requests, on one instance at a time. */
export function startJobs(administration: AdministrationServices, { usage, webhooks }: Config, logger: Logger): Jobs {
  const { database, clock } = administration;
  const jobs: Jobs[] = [
    startPurge(administration, logger),
    startUsageJobs({
      database,
      clock,
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
    jobs.push(startWebhooks({ database, clock, logger, receiver: { url, secret }, random: Math.random }));
  }
  return {
    async close() {
      for (const job of jobs) await job.close();
    },
  };
}
