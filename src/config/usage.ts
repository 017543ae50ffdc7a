import { duration, wholeNumber } from './values.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How much of what keys did is kept, and for how long. */
export const usageSettings = {
  REQUEST_LOG_RATE: wholeNumber(0, 100_000)
    .default(100)
    .describe('Most requests of one second that an instance writes to the request log; beyond it, a sample.'),
  REQUEST_LOG_RETENTION: duration(hourMs, 400 * dayMs)
    .default(7 * dayMs)
    .describe('How long the request log is kept.'),
  USAGE_MINUTE_RETENTION: duration(26 * hourMs, 400 * dayMs)
    .default(48 * hourMs)
    .describe('How long usage is kept by the minute.'),
  USAGE_HOUR_RETENTION: duration(3 * dayMs, 4000 * dayMs)
    .default(90 * dayMs)
    .describe('How long usage is kept by the hour.'),
  USAGE_DAY_RETENTION: duration(30 * dayMs, 10_000 * dayMs)
    .default(1096 * dayMs)
    .describe('How long usage is kept by the day.'),
};
