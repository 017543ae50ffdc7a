/** A metric as Prometheus sees it. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Every one of a few values: nothing that a client sends, and no key. */
  readonly labels: readonly string[];
}

const perRequest = ['surface', 'operation_type', 'outcome'];

/**
 * All metrics: what `/metrics` answers, what `docs/metrics.md` prints and what the dashboard may name. Names follow
 * https://prometheus.io/docs/practices/naming/: base units, `_total` for what only grows.
 */
export const metricDefinitions = {
  fieldpass_requests_total: {
    type: 'counter',
    help: 'Requests that were answered, by what became of them; a stream counts when it is opened. CLIENT_LEFT: nobody waited for the answer.',
    labels: perRequest,
  },
  fieldpass_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from the arrival of a request to its answer; of a stream, to its beginning.',
    labels: perRequest,
  },
  fieldpass_edge_refusals_total: {
    type: 'counter',
    help: 'Requests that were refused before an API looked at them, on any path, by error code: CREDENTIALS_IN_URL, PAYLOAD_TOO_LARGE, METHOD_NOT_ALLOWED, ROUTE_NOT_FOUND, CREDENTIALS_MISSING (of /metrics). Those on the paths of an API are in fieldpass_requests_total too.',
    labels: ['code'],
  },
  fieldpass_requests_in_flight: { type: 'gauge', help: 'Requests that are being served.', labels: [] },
  fieldpass_open_streams: { type: 'gauge', help: 'Subscriptions that are open.', labels: [] },
  fieldpass_stream_events_total: {
    type: 'counter',
    help: 'Events of subscriptions that were executed and paid.',
    labels: ['surface'],
  },
  fieldpass_cost_requested_points_total: {
    type: 'counter',
    help: 'Points that operations were priced at before they ran, also those that had no budget.',
    labels: ['surface'],
  },
  fieldpass_cost_actual_points_total: {
    type: 'counter',
    help: 'Points that operations really cost.',
    labels: ['surface'],
  },
  fieldpass_cost_refunded_points_total: {
    type: 'counter',
    help: 'Points that operations gave back when they were settled: requested minus actual, of those that ran.',
    labels: ['surface'],
  },
  fieldpass_estimate_violations_total: {
    type: 'counter',
    help: 'Operations that cost more than their estimate without a list longer than assumed. A fault of Fieldpass: must stay 0.',
    labels: [],
  },
  fieldpass_list_truncations_total: {
    type: 'counter',
    help: 'Lists that were longer than their declared size, and not answered (LIST_TOO_LONG). A fault of the API: must stay 0.',
    labels: [],
  },
  fieldpass_throttled_total: {
    type: 'counter',
    help: 'Refusals for want of budget, by the limit that refused: cost, application, inFlight, requests, streams, quota, operation (dearer than may ever be spent at once), attempts (failed authentications of an address), field (a call limit of a single field).',
    labels: ['surface', 'policy'],
  },
  fieldpass_privilege_denials_total: {
    type: 'counter',
    help: 'Privileges that requests lacked, by verb; several in one request count each.',
    labels: ['surface', 'privilege'],
  },
  fieldpass_measured_refusals_total: {
    type: 'counter',
    help: 'Requests that ran although something would have refused them, since the key only measures it: privileges or throttle.',
    labels: ['surface', 'kind'],
  },
  fieldpass_key_cache_lookups_total: {
    type: 'counter',
    help: 'Keys that were looked up, by whether the cache had them: hit or miss.',
    labels: ['result'],
  },
  fieldpass_throttle_store_duration_seconds: {
    type: 'histogram',
    help: 'Time that the shared throttle store took for a call it answered; absent while balances are in memory.',
    labels: ['call'],
  },
  fieldpass_throttle_store_failures_total: {
    type: 'counter',
    help: 'Calls that the shared throttle store did not answer.',
    labels: ['call'],
  },
  fieldpass_throttle_store_degraded: {
    type: 'gauge',
    help: '1 while the shared throttle store is left alone because it does not answer, else 0.',
    labels: [],
  },
  fieldpass_database_statements_total: { type: 'counter', help: 'Statements sent to the database.', labels: [] },
  fieldpass_clock_offset_seconds: {
    type: 'gauge',
    help: 'How far the clock of this instance is ahead of that of the database. Beyond a minute, either way, it is not ready and removes nothing.',
    labels: [],
  },
  fieldpass_usage_buffered_rows: {
    type: 'gauge',
    help: 'Rows of usage that wait to be written; at most 60,000.',
    labels: [],
  },
  fieldpass_usage_dropped_requests_total: {
    type: 'counter',
    help: 'Requests that were never counted, because the database was away for too long.',
    labels: [],
  },
  fieldpass_usage_last_flush_seconds: { type: 'gauge', help: 'How long the last write of usage took.', labels: [] },
  fieldpass_access_log_left_out_total: {
    type: 'counter',
    help: 'Requests without a line in the access log, because there were more than ACCESS_LOG_RATE.',
    labels: [],
  },
  fieldpass_info: { type: 'gauge', help: 'Always 1; the labels say which version runs.', labels: ['version', 'node'] },
  nodejs_eventloop_lag_mean_seconds: {
    type: 'gauge',
    help: 'Mean delay of the event loop since the last scrape.',
    labels: [],
  },
  nodejs_eventloop_lag_p50_seconds: {
    type: 'gauge',
    help: 'Median delay of the event loop since the last scrape.',
    labels: [],
  },
  nodejs_eventloop_lag_p99_seconds: {
    type: 'gauge',
    help: '99th percentile of the delay of the event loop since the last scrape.',
    labels: [],
  },
  nodejs_eventloop_lag_max_seconds: {
    type: 'gauge',
    help: 'Longest delay of the event loop since the last scrape.',
    labels: [],
  },
  nodejs_heap_size_used_bytes: { type: 'gauge', help: 'Heap that is in use.', labels: [] },
  nodejs_heap_size_total_bytes: { type: 'gauge', help: 'Heap that is allocated.', labels: [] },
  nodejs_external_memory_bytes: {
    type: 'gauge',
    help: 'Memory outside the heap that belongs to its objects.',
    labels: [],
  },
  process_cpu_user_seconds_total: { type: 'counter', help: 'User processor time.', labels: [] },
  process_cpu_system_seconds_total: { type: 'counter', help: 'System processor time.', labels: [] },
  process_resident_memory_bytes: { type: 'gauge', help: 'Resident memory.', labels: [] },
  process_start_time_seconds: {
    type: 'gauge',
    help: 'When the process started, in seconds since the Unix epoch.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof metricDefinitions;
