import { z } from 'zod';
import { url } from './values.ts';

/** How much each key may spend, and where balances are kept. */
export const throttleSettings = {
  REDIS_URL: url('redis:', 'rediss:')
    .optional()
    .describe(
      'Redis or Valkey, for throttling across instances. Without it they share balances in PostgreSQL, with `DATABASE_URL`; the embedded one counts in memory.',
    ),
  THROTTLE_ON_STORE_FAILURE: z
    .enum(['local', 'closed'], 'local or closed')
    .default('local')
    .describe('When the throttle store is down: a conservative local bucket, or 503.'),
  PLANS: z
    .string()
    .transform(readJson)
    .optional()
    .describe(
      'Plans beside the built-in ones, or instead of them, as JSON: `{ "TEAM": { "maximumAvailable": 5000, "restoreRate": 100, "maximumCost": 1000, "inFlight": 10, "requests": { "max": 1000, "windowMs": 60000 }, "quota": { "points": 1000000, "period": "MONTH" } } }`; `quota` may be left out. What they mean stands in `docs/cost.md`.',
    ),
};

function readJson(text: string, context: z.core.$RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'a JSON object of plans by name' });
    return z.NEVER;
  }
}
