import { latencyBoundsMs } from '../../db/schema/latency-columns.ts';
import type { UsageEvent } from '../usage-event.ts';
import type { Combination } from './combination.ts';
import { createFieldCounts, fieldWidth, type SetOfKey } from './field-counts.ts';
import { createKnownCombinations } from './known-combinations.ts';
import { add, createTally, type TakenRows, type Tally } from './tally.ts';

/** What was added up of one minute. */
export interface MinuteOfUsage {
  /** Its begin. */
  readonly at: number;
  /** One row a combination, with the columns of `countColumns`. */
  readonly counts: TakenRows<Combination>;
  /** One row a key and set of fields, with the columns of `fieldColumns`. */
  readonly fields: TakenRows<SetOfKey>;
}

/** Columns of a row of counts; one a part of the latency histogram follows from `latency` on. */
export const countColumns = {
  requests: 0,
  errors: 1,
  requestedCost: 2,
  actualCost: 3,
  latencyTotalMs: 4,
  latency: 5,
} as const;
const countWidth = countColumns.latency + latencyBoundsMs.length + 1;

export interface UsageBuffer {
  /** False when it was counted under `other`. */
  add(event: UsageEvent): boolean;
  /** Everything that was added since, in order of time; the buffer is empty then. */
  take(): readonly MinuteOfUsage[];
  /** Rows that it holds. */
  readonly size: number;
  /** Requests that were thrown away, oldest minutes first, because nobody took them. */
  readonly dropped: number;
}

/** So that a batch is written within the deadline of a transaction, also after a long outage. */
const maxCounts = 20_000;
const maxFields = 40_000;
const minuteMs = 60_000;
/** What is older is thrown away: the minutes around it are being removed from the database, too. */
export const oldestMs = 24 * 60 * minuteMs;

interface Minute {
  readonly counts: Tally<Combination>;
  readonly fields: Tally<SetOfKey>;
}

/** Adds requests up in memory, by minute; its size is bounded whatever clients send. */
export function createUsageBuffer(): UsageBuffer {
  const combinations = createKnownCombinations();
  const fieldCounts = createFieldCounts();
  const minutes = new Map<number, Minute>();
  /** Empty ones, whose memory is used again. */
  const spare: Minute[] = [];
  let latest: { readonly at: number; readonly minute: Minute } | undefined;
  let dropped = 0;

  const total = (of: keyof Minute): number => {
    let sum = 0;
    for (const minute of minutes.values()) sum += minute[of].size;
    return sum;
  };

  function minuteAt(at: number): Minute {
    if (latest?.at === at) return latest.minute;
    let minute = minutes.get(at);
    if (minute === undefined) {
      minute = spare.pop() ?? { counts: createTally(countWidth), fields: createTally(fieldWidth) };
      minutes.set(at, minute);
      while (Math.min(...minutes.keys()) < at - oldestMs) dropOldest();
    }
    latest = { at, minute };
    return minute;
  }

  function remove(at: number, minute: Minute): MinuteOfUsage {
    const taken = { at, counts: minute.counts.take(), fields: minute.fields.take() };
    minutes.delete(at);
    latest = undefined;
    if (spare.length < 2) spare.push(minute);
    return taken;
  }

  function dropOldest(): void {
    const oldest = Math.min(...minutes.keys());
    const minute = minutes.get(oldest);
    if (minute !== undefined) dropped += requestsOf(remove(oldest, minute));
  }

  return {
    add(event) {
      const minute = minuteAt(Math.floor(event.at / minuteMs) * minuteMs);
      const combination = combinations.of(event);
      const rows = minute.counts.size;
      addTo(minute.counts, minute.counts.rowOf(combination), event);
      if (minute.counts.size > rows && total('counts') > maxCounts) dropOldest();
      const sets = minute.fields.size;
      fieldCounts.add(event, minute.fields);
      if (minute.fields.size > sets && total('fields') > maxFields) dropOldest();
      return combination.isNamed;
    },
    take() {
      const inOrder = [...minutes].sort(([one], [other]) => one - other);
      const taken = inOrder.map(([at, minute]) => remove(at, minute));
      combinations.tidy();
      fieldCounts.tidy();
      return taken;
    },
    get size() {
      return total('counts') + total('fields');
    },
    get dropped() {
      return dropped;
    },
  };
}

export function requestsOf({ counts: { numbers, width } }: MinuteOfUsage): number {
  let sum = 0;
  for (let row = 0; row < numbers.length; row += width) sum += numbers[row + countColumns.requests] ?? 0;
  return sum;
}

function addTo(tally: Tally<Combination>, row: number, event: UsageEvent): void {
  const numbers = tally.numbers();
  add(numbers, row + countColumns.requests, event.requests);
  add(numbers, row + countColumns.errors, event.errors);
  add(numbers, row + countColumns.requestedCost, event.requestedCost);
  add(numbers, row + countColumns.actualCost, event.actualCost);
  if (event.requests === 0) return;
  add(numbers, row + countColumns.latencyTotalMs, Math.round(event.latencyMs));
  add(numbers, row + countColumns.latency + latencyPart(event.latencyMs), 1);
}

function latencyPart(ms: number): number {
  const part = latencyBoundsMs.findIndex((bound) => ms <= bound);
  return part === -1 ? latencyBoundsMs.length : part;
}
