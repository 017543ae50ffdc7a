import { z } from 'zod';
import { wholeNumber } from './values.ts';

const accessLogModes = ['off', 'errors', 'sampled', 'all'] as const;

/** What operators see: metrics and the access log. */
export const telemetrySettings = {
  METRICS_TOKEN: z
    .string()
    .regex(/^[!-~]{16,}$/, '16 printable characters or more, without spaces (openssl rand -hex 32)')
    .optional()
    .describe(
      'Whoever sends it as `Authorization: Bearer …` may read `/metrics`, on every listener. Without it `/metrics` is on the listener of `ADMIN_PORT` alone, open.',
    ),
  ACCESS_LOG: z
    .enum(accessLogModes, `one of ${accessLogModes.join(', ')}`)
    .default('sampled')
    .describe(
      'A line for each request, at level `info`: `sampled` up to `ACCESS_LOG_RATE`, `errors` only of those that were refused or failed, `all`, or `off`.',
    ),
  ACCESS_LOG_RATE: wholeNumber(1, 100_000)
    .default(100)
    .describe(
      'Most lines of a second and instance, counted apart for requests that went well and for others; above it a line says for how many it stands.',
    ),
};
