import type { Database } from '../../db/database.ts';
import type { UsageNumbers } from './usage-numbers.ts';
import { type UsagePoint, usagePoints, usageTotal } from './usage-report.ts';
import { type UsageInterval, type UsageSelection, wholeIntervals } from './usage-selection.ts';

/** What one key did in a range; what is not asked for is not computed. */
export interface OwnUsage {
  readonly since: number;
  readonly until: number;
  total(): Promise<UsageNumbers>;
  points(first: number): Promise<readonly UsagePoint[]>;
}

export interface OwnUsageRange {
  readonly interval: UsageInterval;
  readonly since: number;
  /** Now, when it is left out. */
  readonly until: number | undefined;
}

/** As far as it was written: every instance writes each second. `undefined`: the range has too many intervals. */
export function ownUsage(
  database: Database,
  now: number,
  apiKeyId: string,
  { interval, since, until }: OwnUsageRange,
): OwnUsage | undefined {
  const whole = wholeIntervals(interval, since, until ?? now + 1);
  if (whole === undefined) return undefined;
  const selection: UsageSelection = { interval, ...whole, filter: { apiKeyId }, visibility: 'ALL' };
  return {
    ...whole,
    total: () => usageTotal(database, selection),
    points: (first) => usagePoints(database, selection, first),
  };
}
