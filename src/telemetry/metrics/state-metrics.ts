import type { MetricReaders } from './registry.ts';

interface Count {
  readonly count: number;
}

/** Parts of the server that say how they are when somebody asks. */
export interface ServerState {
  readonly estimateViolations: Count;
  readonly listTruncations: Count;
  readonly openStreams: { readonly total: number };
  readonly usage: {
    readonly state: {
      readonly buffered: number;
      readonly dropped: number;
      /** Milliseconds. */
      readonly lastFlushMs: number | undefined;
    };
  };
  readonly throttle: { readonly degraded?: boolean };
  readonly database: { readonly statements: number };
  /** Milliseconds. */
  readonly time: { readonly offsetMs: number };
}

export function readServerState(readers: MetricReaders, state: ServerState): void {
  const { estimateViolations, listTruncations, openStreams, usage, throttle, database, time } = state;
  readers.values('fieldpass_estimate_violations_total', () => [[estimateViolations.count]]);
  readers.values('fieldpass_list_truncations_total', () => [[listTruncations.count]]);
  readers.values('fieldpass_open_streams', () => [[openStreams.total]]);
  readers.values('fieldpass_usage_buffered_rows', () => [[usage.state.buffered]]);
  readers.values('fieldpass_usage_dropped_requests_total', () => [[usage.state.dropped]]);
  readers.values('fieldpass_usage_last_flush_seconds', () => [[(usage.state.lastFlushMs ?? 0) / 1000]]);
  readers.values('fieldpass_throttle_store_degraded', () => [[throttle.degraded ? 1 : 0]]);
  readers.values('fieldpass_database_statements_total', () => [[database.statements]]);
  readers.values('fieldpass_clock_offset_seconds', () => [[time.offsetMs / 1000]]);
}
