import { duration, wholeNumber } from './values.ts';

/** What one request may take. */
export const limitSettings = {
  MAX_BODY_BYTES: wholeNumber(1000, 10_000_000).default(100_000).describe('Largest request body, in bytes.'),
  MAX_DEPTH: wholeNumber(1, 100).default(15).describe('Deepest nesting of fields in a document.'),
  MAX_TOKENS: wholeNumber(10, 100_000).default(5000).describe('Most tokens in a document.'),
  EXECUTION_TIMEOUT: duration(100, 600_000).default(30_000).describe('Longest time that one operation may run.'),
  SHUTDOWN_TIMEOUT: duration(100, 600_000)
    .default(25_000)
    .describe('Longest time between SIGTERM and the end of the process.'),
};
