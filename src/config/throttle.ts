import { z } from 'zod';

/** How much each key may spend, and where balances are kept. */
export const throttleSettings = {
  REDIS_URL: z
    .string()
    .refine(
      (text) => text.split(',').every(isRedisUrl),
      'a URL that starts with redis:// or rediss://, or some nodes of a cluster, separated by commas',
    )
    .optional()
    .describe(
      'Redis or Valkey, for throttling across instances; two or more URLs, separated by commas, are nodes of one cluster, which knows the rest. Without it they share balances in PostgreSQL, with `DATABASE_URL`; the embedded one counts in memory.',
    ),
  THROTTLE_ON_STORE_FAILURE: z
    .enum(['local', 'closed'], 'local or closed')
    .default('local')
    .describe('When the throttle store is down: a conservative local bucket, or 503.'),
  THROTTLE_LEASE: z
    .string()
    .transform(readLease)
    .default('off')
    .describe(
      'What an instance takes at once from the budget of a key that calls often, to decide without the store: a share of it such as `2%`, or points. `docs/cost.md` says what that means for clients. Off by default.',
    ),
  PLANS: z
    .string()
    .transform(readJson)
    .optional()
    .describe(
      'Plans beside the built-in ones, or instead of them, as JSON: `{ "TEAM": { "maximumAvailable": 5000, "restoreRate": 100, "maximumCost": 1000, "inFlight": 10, "requests": { "max": 1000, "windowMs": 60000 }, "quota": { "points": 1000000, "period": "MONTH" } } }`; `quota` may be left out. What they mean stands in `docs/cost.md`.',
    ),
};

function isRedisUrl(text: string): boolean {
  return URL.canParse(text) && ['redis:', 'rediss:'].includes(new URL(text).protocol);
}

/** `off`, `2%`, or points. */
function readLease(
  text: string,
  context: z.core.$RefinementCtx,
): 'off' | { readonly share: number } | { readonly points: number } {
  if (text === 'off') return text;
  const [, number = '', percent] = /^(\d{1,7}(?:\.\d{1,3})?)(%?)$/.exec(text) ?? [];
  const value = Number(number);
  if (percent && value > 0 && value <= 25) return { share: value / 100 };
  if (percent === '' && value >= 1) return { points: value };
  context.addIssue({ code: 'custom', message: 'off, a share up to 25% such as 2%, or points such as 50' });
  return z.NEVER;
}

function readJson(text: string, context: z.core.$RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'a JSON object of plans by name' });
    return z.NEVER;
  }
}
