import { meanLatency, type UsageNumbers as Numbers, quantile } from '../../../usage/report/usage-numbers.ts';
import type { UsagePoint as Point } from '../../../usage/report/usage-report.ts';
import type { ManagementBuilder } from '../context.ts';

/** What a number of requests came to, alone and in a series. */
export function addUsageNumbers(builder: ManagementBuilder) {
  const Latency = builder.objectRef<Numbers>('Latency').implement({
    cost: { weight: 0 },
    description: 'Milliseconds, from a histogram: null without requests.',
    fields: (t) => ({
      mean: t.float({ resolve: meanLatency }),
      p50: t.float({ resolve: (numbers) => quantile(numbers, 0.5) }),
      p95: t.float({ resolve: (numbers) => quantile(numbers, 0.95) }),
      p99: t.float({ resolve: (numbers) => quantile(numbers, 0.99) }),
    }),
  });
  const UsageNumbers = builder.objectRef<Numbers>('UsageNumbers').implement({
    cost: { weight: 0 },
    fields: (t) => ({
      requests: t.float({ nullable: false, resolve: ({ requests }) => requests }),
      errors: t.float({ nullable: false, description: 'Errors in their answers.', resolve: ({ errors }) => errors }),
      requestedQueryCost: t.float({
        nullable: false,
        description: 'Points.',
        resolve: ({ requestedCost }) => requestedCost,
      }),
      actualQueryCost: t.float({ nullable: false, description: 'Points.', resolve: ({ actualCost }) => actualCost }),
      latency: t.field({ type: Latency, nullable: false, resolve: (numbers) => numbers }),
    }),
  });
  const UsagePoint = builder.objectRef<Point>('UsagePoint').implement({
    cost: { weight: 0.05 },
    fields: (t) => ({
      at: t.expose('at', { type: 'DateTime', nullable: false, description: 'Begin of the interval.' }),
      numbers: t.expose('numbers', { type: UsageNumbers, nullable: false }),
    }),
  });
  return { UsageNumbers, UsagePoint };
}

export type UsageNumberTypes = ReturnType<typeof addUsageNumbers>;
