import { z } from 'zod';
import { url } from './values.ts';

/** How much each key may spend, and where balances are kept. */
export const throttleSettings = {
  REDIS_URL: url('redis:', 'rediss:')
    .optional()
    .describe('Redis or Valkey, for throttling across instances. Without it each instance counts for itself.'),
  THROTTLE_ON_STORE_FAILURE: z
    .enum(['local', 'closed'], 'local or closed')
    .default('local')
    .describe('When the throttle store is down: a conservative local bucket, or 503.'),
};
