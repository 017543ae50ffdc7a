import { codedError } from '../../kernel/errors.ts';
import type { OwnUsage } from '../../usage/report/own-usage.ts';
import { meanLatency, quantile, type UsageNumbers } from '../../usage/report/usage-numbers.ts';
import type { UsagePoint } from '../../usage/report/usage-report.ts';
import { mostIntervals, type UsageInterval } from '../../usage/report/usage-selection.ts';
import type { Builder } from './builder.ts';
import type { CallerContext } from './context.ts';

const defaultPoints = 100;

/** The types of `Viewer.apiKey.usage`: flat, of its own, and wholly open; they name nothing but what the key did. */
export function addViewerUsage<Context extends CallerContext>(builder: Builder<Context>) {
  const ViewerUsageInterval = builder.enumType('ViewerUsageInterval', {
    description: `Intervals in UTC; at most ${mostIntervals} of them.`,
    values: ['MINUTE', 'HOUR', 'DAY'] as const,
  });
  const Numbers = builder.objectRef<UsageNumbers>('ViewerUsageNumbers').implement({
    open: true,
    cost: { weight: 0 },
    fields: (t) => ({
      requests: t.exposeFloat('requests', { nullable: false }),
      errors: t.exposeFloat('errors', { nullable: false, description: 'Errors in their answers.' }),
      requestedQueryCost: t.exposeFloat('requestedCost', { nullable: false, description: 'Points.' }),
      actualQueryCost: t.exposeFloat('actualCost', { nullable: false, description: 'Points.' }),
      latencyMean: t.float({ description: 'Milliseconds; null without requests.', resolve: meanLatency }),
      latencyP95: t.float({ resolve: (numbers) => quantile(numbers, 0.95) }),
    }),
  });
  const Point = builder.objectRef<UsagePoint>('ViewerUsagePoint').implement({
    open: true,
    cost: { weight: 0.05 },
    fields: (t) => ({
      at: t.expose('at', { type: 'DateTime', nullable: false, description: 'Begin of the interval.' }),
      numbers: t.expose('numbers', { type: Numbers, nullable: false }),
    }),
  });
  const ViewerUsage = builder.objectRef<OwnUsage>('ViewerUsage').implement({
    open: true,
    fields: (t) => ({
      since: t.expose('since', { type: 'DateTime', nullable: false, description: 'Begin of the first interval.' }),
      until: t.expose('until', { type: 'DateTime', nullable: false, description: 'End of the last interval.' }),
      total: t.field({ type: Numbers, nullable: false, cost: { weight: 2 }, resolve: (usage) => usage.total() }),
      points: t.field({
        type: [Point],
        nullable: false,
        description: 'Intervals with requests, in order of time.',
        cost: {
          weight: 2,
          listSize: { slicingArguments: ['first'], defaultSize: defaultPoints, maximumSize: mostIntervals },
        },
        args: { first: t.arg.int({ defaultValue: defaultPoints }) },
        resolve: async (usage, { first }) => [...(await usage.points(sizeOf(first)))],
      }),
    }),
  });
  return { ViewerUsage, ViewerUsageInterval };
}

interface Range {
  readonly since: number;
  readonly until?: number | null | undefined;
  readonly interval: UsageInterval;
}

/** @throws BAD_USER_INPUT when the range has too many intervals */
export function viewerUsage(caller: CallerContext, { since, until, interval }: Range): OwnUsage {
  const usage = caller.ownUsage({ interval, since, until: until ?? undefined });
  if (usage !== undefined) return usage;
  const message = `Usage comes in at most ${mostIntervals} intervals. Ask for a shorter range or a longer interval.`;
  throw codedError('BAD_USER_INPUT', message, { argument: ['since'] });
}

/** An explicit null is the default. */
function sizeOf(first: number | null | undefined): number {
  const size = first ?? defaultPoints;
  if (size >= 0 && size <= mostIntervals) return size;
  throw codedError('PAGE_SIZE_OUT_OF_RANGE', `\`first\` must be from 0 to ${mostIntervals}.`, {
    maximumSize: mostIntervals,
  });
}
