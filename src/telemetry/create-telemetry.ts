import { trace } from '@opentelemetry/api';
import { Registry } from 'prom-client';
import type { RequestWatch } from '../http/request-watch.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ErrorCode } from '../kernel/error-codes.ts';
import type { Logger } from '../kernel/logger.ts';
import type { PipelineWatch } from '../pipeline/pipeline-watch.ts';
import type { StoreWatch } from '../throttle/failure/watched-store.ts';
import { type AccessLogMode, createAccessLog } from './access-log/access-log.ts';
import { createEdgeMetrics } from './metrics/edge-metrics.ts';
import { createKeyMetrics } from './metrics/key-metrics.ts';
import { readProcess } from './metrics/process-metrics.ts';
import { metricReaders } from './metrics/registry.ts';
import { createRequestMetrics } from './metrics/request-metrics.ts';
import { readServerState, type ServerState } from './metrics/state-metrics.ts';
import { createStoreMetrics } from './metrics/store-metrics.ts';
import { createRequestSpans } from './tracing/request-spans.ts';
import { createStepSpans } from './tracing/step-spans.ts';

export interface TelemetryOptions {
  readonly version: string;
  readonly accessLog: { readonly mode: AccessLogMode; readonly ratePerSecond: number };
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Everything that watches, and what each part of the server tells it; none of them knows who listens. */
export interface Telemetry {
  readonly requests: RequestWatch;
  readonly pipeline: PipelineWatch;
  readonly throttleStore: StoreWatch;
  readonly keyLookup: (hit: boolean) => void;
  readonly edgeRefusal: (code: ErrorCode) => void;
  /** Parts that are asked how they are, once they are there. */
  read(state: ServerState): void;
  /** In the text format of Prometheus. */
  metrics(): Promise<MetricsText>;
  close(): void;
}

export interface MetricsText {
  readonly contentType: string;
  readonly text: string;
}

export function createTelemetry({ version, accessLog, clock, logger }: TelemetryOptions): Telemetry {
  const registry = new Registry();
  const readers = metricReaders(registry);
  const tracer = trace.getTracer('fieldpass', version);
  const requestMetrics = createRequestMetrics(readers, () => clock.monotonic());
  const log = createAccessLog({ ...accessLog, clock, logger });
  readers.values('fieldpass_access_log_left_out_total', () => [[log.leftOut]]);
  readers.values('fieldpass_info', () => [[1, version, process.version]]);
  const stopReadingProcess = readProcess(readers);

  return {
    // The span is outermost, so that what is logged belongs to it.
    requests: inEachOther([createRequestSpans(tracer), log, requestMetrics]),
    pipeline: { ...createStepSpans(tracer), streamEvent: requestMetrics.streamEvent },
    throttleStore: createStoreMetrics(readers),
    keyLookup: createKeyMetrics(readers),
    edgeRefusal: createEdgeMetrics(readers),
    read: (state) => readServerState(readers, state),
    metrics: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    close: stopReadingProcess,
  };
}

/** The first is outermost. */
function inEachOther(watches: readonly RequestWatch[]): RequestWatch {
  return watches.reduceRight<RequestWatch>(
    (inner, outer) => ({ watch: (request, serve) => outer.watch(request, () => inner.watch(request, serve)) }),
    { watch: (_, serve) => serve() },
  );
}
