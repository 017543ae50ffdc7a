import { duration, wholeNumber } from './values.ts';

/** What one request may take. */
export const limitSettings = {
  MAX_BODY_BYTES: wholeNumber(1000, 10_000_000).default(100_000).describe('Largest request body, in bytes.'),
  MAX_DEPTH: wholeNumber(1, 100).default(15).describe('Deepest nesting of fields in a document.'),
  MAX_TOKENS: wholeNumber(10, 100_000)
    .default(5000)
    .describe('Most tokens in a document, which may have twice as many lines.'),
  MAX_RESPONSE_BYTES: wholeNumber(1000, 1_000_000_000)
    .default(10_000_000)
    .describe('Largest answer of one operation or event, in bytes.'),
  EXECUTION_TIMEOUT: duration(100, 600_000).default(30_000).describe('Longest time that one operation may run.'),
  SHUTDOWN_DELAY: duration(0, 600_000)
    .default(0)
    .describe(
      'For how long after SIGTERM it says that it is not ready and still accepts, so that a load balancer notices: 5 s with `NODE_ENV=production`. Part of `SHUTDOWN_TIMEOUT`.',
    ),
  SHUTDOWN_TIMEOUT: duration(100, 600_000)
    .default(25_000)
    .describe('Longest time between SIGTERM and the moment at which what still runs is cut off.'),
};
