import type { QuotaPeriod } from './throttle-store.ts';

/** Milliseconds since the epoch: the first of the calendar period in UTC, and the first of the next one. */
export interface PeriodBounds {
  readonly startsAt: number;
  readonly endsAt: number;
}

export function periodAt(period: QuotaPeriod, now: number): PeriodBounds {
  const date = new Date(now);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  return period === 'DAY'
    ? { startsAt: Date.UTC(year, month, day), endsAt: Date.UTC(year, month, day + 1) }
    : { startsAt: Date.UTC(year, month), endsAt: Date.UTC(year, month + 1) };
}
