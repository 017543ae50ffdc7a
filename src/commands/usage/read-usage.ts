import type { SendOperation } from '../management-client.ts';

export const dimensions = ['APPLICATION', 'API_KEY', 'SURFACE', 'OPERATION', 'OUTCOME', 'CLIENT'] as const;
export type Dimension = (typeof dimensions)[number];

export interface UsageRange {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
  readonly interval: 'MINUTE' | 'HOUR' | 'DAY';
  readonly by: readonly Dimension[];
}

/** One interval as a whole: its rows are there when all of them were read. */
export interface ReadInterval {
  /** ISO 8601: its begin, and its end. */
  readonly at: string;
  readonly until: string;
  readonly rows: readonly UsageRow[];
}

export type UsageRow = Readonly<Record<string, string | number | null>>;

const intervalMs = { MINUTE: 60_000, HOUR: 3_600_000, DAY: 86_400_000 } as const;
/** Intervals of one question, and groups of one page: as many as the server gives. */
const mostIntervals = 1500;
const pageSize = 100;

const labelsOf: Readonly<Record<Dimension, string>> = {
  APPLICATION: 'application { name ownerEmail }',
  API_KEY: 'apiKey { publicId name }',
  SURFACE: 'surface',
  OPERATION: 'operationName documentHash',
  OUTCOME: 'outcome',
  CLIENT: 'clientName clientVersion',
};

/** Intervals that have requests, in order of time; a page of one is asked for when the one before it was taken. */
export async function* readUsage(send: SendOperation, range: UsageRange): AsyncGenerator<ReadInterval> {
  for await (const at of intervalsOf(send, range)) {
    const filter = { since: at, until: new Date(Date.parse(at) + intervalMs[range.interval]).toISOString() };
    const rows: UsageRow[] = [];
    for (let skip = 0; ; skip += pageSize) {
      const variables = { filter, interval: range.interval, by: range.by, first: pageSize, skip };
      const { usage } = await send(groupsQuery(range.by), variables);
      rows.push(...usage.groups.map((group: Group) => rowOf(at, group)));
      if (usage.groups.length < pageSize) break;
    }
    yield { at, until: filter.until, rows };
  }
}

async function* intervalsOf(send: SendOperation, { since, until, interval }: UsageRange): AsyncGenerator<string> {
  const length = intervalMs[interval];
  for (let from = Math.floor(since / length) * length; from < until; from += mostIntervals * length) {
    const filter = {
      since: new Date(from).toISOString(),
      until: new Date(Math.min(until, from + mostIntervals * length)).toISOString(),
    };
    const { usage } = await send(
      `query Intervals($filter: UsageFilter!, $interval: UsageInterval!, $first: Int!) {
        usage(filter: $filter, interval: $interval) { points(first: $first) { at } } }`,
      { filter, interval, first: mostIntervals },
    );
    for (const { at } of usage.points) yield at;
  }
}

function groupsQuery(by: readonly Dimension[]): string {
  return `query Groups($filter: UsageFilter!, $interval: UsageInterval!, $by: [UsageDimension!]!, $first: Int!, $skip: Int!) {
    usage(filter: $filter, interval: $interval, groupBy: $by) { groups(first: $first, skip: $skip) {
      ${by.map((dimension) => labelsOf[dimension]).join(' ')}
      numbers { requests errors requestedQueryCost actualQueryCost latency { mean p50 p95 p99 } } } } }`;
}

interface Group {
  readonly application?: { readonly name: string; readonly ownerEmail: string } | null;
  readonly apiKey?: { readonly publicId: string; readonly name: string } | null;
  readonly numbers: Readonly<Record<string, number>> & { readonly latency: Readonly<Record<string, number | null>> };
  readonly [label: string]: unknown;
}

function rowOf(at: string, { application, apiKey, numbers, ...labels }: Group): UsageRow {
  const { latency, ...counts } = numbers;
  const { mean = null, p50 = null, p95 = null, p99 = null } = latency;
  return {
    at,
    ...(application === undefined
      ? {}
      : { application: application?.name ?? null, ownerEmail: application?.ownerEmail ?? null }),
    ...(apiKey === undefined ? {} : { apiKey: apiKey?.publicId ?? null, apiKeyName: apiKey?.name ?? null }),
    ...(labels as UsageRow),
    ...counts,
    latencyMean: mean,
    latencyP50: p50,
    latencyP95: p95,
    latencyP99: p99,
  };
}
