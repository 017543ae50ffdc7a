import { latencyBoundsMs } from '../../db/schema/latency-columns.ts';
import type { UsageEvent } from '../usage-event.ts';
import { createFieldCounts, type FieldCounts, type FieldRow } from './field-counts.ts';
import { createLabelLimit, otherLabels, type UsageLabels } from './usage-labels.ts';

/** One row of `usage_minute` to be added to what is there. */
export interface CountRow extends UsageLabels {
  /** Begin of the minute. */
  readonly at: number;
  readonly apiKeyId: string | null;
  readonly secretId: string | null;
  readonly applicationId: string | null;
  readonly surface: UsageEvent['surface'];
  readonly operationType: string;
  readonly outcome: string;
  requests: number;
  errors: number;
  requestedCost: number;
  actualCost: number;
  latencyTotalMs: number;
  /** One a part of the histogram. */
  readonly latency: number[];
}

export interface BufferedUsage {
  readonly counts: readonly CountRow[];
  readonly fields: readonly FieldRow[];
}

export interface UsageBuffer {
  /** False when it was counted under `other`. */
  add(event: UsageEvent): boolean;
  /** Everything that was added since; the buffer is empty then. */
  take(): BufferedUsage;
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

/** Adds requests up in memory, by minute; its size is bounded whatever clients send. */
export function createUsageBuffer(): UsageBuffer {
  const labelLimit = createLabelLimit();
  const minutes = new Map<number, { readonly counts: Map<string, CountRow>; readonly fields: FieldCounts }>();
  let dropped = 0;

  const total = (of: 'counts' | 'fields'): number => {
    let sum = 0;
    for (const minute of minutes.values()) sum += minute[of].size;
    return sum;
  };

  function dropOldest(): void {
    const oldest = Math.min(...minutes.keys());
    for (const { requests } of minutes.get(oldest)?.counts.values() ?? []) dropped += requests;
    minutes.delete(oldest);
  }

  return {
    add(event) {
      const at = Math.floor(event.at / minuteMs) * minuteMs;
      let minute = minutes.get(at);
      if (minute === undefined) {
        minute = { counts: new Map(), fields: createFieldCounts() };
        minutes.set(at, minute);
        while (Math.min(...minutes.keys()) < at - oldestMs) dropOldest();
      }
      const labels = labelLimit.labelsOf(event);
      const key = keyOf(event, labels);
      const known = minute.counts.get(key);
      if (known !== undefined) {
        addTo(known, event);
      } else {
        const row = newRow(at, event, labels);
        addTo(row, event);
        minute.counts.set(key, row);
        if (total('counts') > maxCounts) dropOldest();
      }
      if (minute.fields.add(event) && total('fields') > maxFields) dropOldest();
      return labels !== otherLabels;
    },
    take() {
      const inOrder = [...minutes].sort(([one], [other]) => one - other);
      minutes.clear();
      return {
        // All instances write in one order: none waits for another that waits for it.
        counts: inOrder.flatMap(([, { counts }]) => [...counts].sort(byKey).map(([, row]) => row)),
        fields: inOrder.flatMap(([at, { fields }]) => fields.rows(at)),
      };
    },
    get size() {
      return total('counts') + total('fields');
    },
    get dropped() {
      return dropped;
    },
  };
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

function keyOf({ apiKey, surface, operation, outcome }: UsageEvent, labels: UsageLabels): string {
  const { documentHash, operationName, clientName, clientVersion } = labels;
  const own = `${apiKey?.id ?? ''}\n${apiKey?.secretId ?? ''}\n${surface}\n${operation?.type ?? ''}\n${outcome}`;
  return `${own}\n${documentHash}\n${operationName}\n${clientName}\n${clientVersion}`;
}

function newRow(at: number, { apiKey, surface, operation, outcome }: UsageEvent, labels: UsageLabels): CountRow {
  return {
    ...labels,
    at,
    apiKeyId: apiKey?.id ?? null,
    secretId: apiKey?.secretId ?? null,
    applicationId: apiKey?.applicationId ?? null,
    surface,
    operationType: operation?.type ?? '',
    outcome,
    requests: 0,
    errors: 0,
    requestedCost: 0,
    actualCost: 0,
    latencyTotalMs: 0,
    latency: new Array<number>(latencyBoundsMs.length + 1).fill(0),
  };
}

function addTo(row: CountRow, event: UsageEvent): void {
  row.requests += event.requests;
  row.errors += event.errors;
  row.requestedCost += event.requestedCost;
  row.actualCost += event.actualCost;
  if (event.requests === 0) return;
  row.latencyTotalMs += Math.round(event.latencyMs);
  const part = latencyPart(event.latencyMs);
  row.latency[part] = (row.latency[part] ?? 0) + 1;
}

function latencyPart(ms: number): number {
  const part = latencyBoundsMs.findIndex((bound) => ms <= bound);
  return part === -1 ? latencyBoundsMs.length : part;
}
