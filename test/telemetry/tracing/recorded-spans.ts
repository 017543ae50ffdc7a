import { context, propagation, type TextMapPropagator, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** W3C Trace Context, as far as these tests go (https://www.w3.org/TR/trace-context/#traceparent-header). */
const traceparent: TextMapPropagator = {
  inject: () => {},
  extract(active, carrier, getter) {
    const header = getter.get(carrier, 'traceparent');
    const [, traceId, spanId] =
      /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(typeof header === 'string' ? header : '') ?? [];
    if (traceId === undefined || spanId === undefined) return active;
    return trace.setSpanContext(active, { traceId, spanId, traceFlags: 1, isRemote: true });
  },
  fields: () => ['traceparent'],
};

export interface RecordedSpans {
  readonly exporter: InMemorySpanExporter;
  /** Unregisters what was registered. */
  stop(): Promise<void>;
}

/** What an application's SDK registers, for the whole process. */
export function recordSpans(): RecordedSpans {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(traceparent);
  trace.setGlobalTracerProvider(provider);
  return {
    exporter,
    async stop() {
      await provider.shutdown();
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

/** Names of spans within each other: `['POST /graphql', [['fieldpass key'], …]]`, in the order in which they began. */
export type SpanTree = readonly [name: string, ...children: SpanTree[]];

export function treeOf(span: ReadableSpan, all: readonly ReadableSpan[]): SpanTree {
  const children = all.filter(({ parentSpanContext }) => parentSpanContext?.spanId === span.spanContext().spanId);
  const byBegin = children.sort((one, other) => began(one) - began(other));
  return [span.name, ...byBegin.map((child) => treeOf(child, all))];
}

function began({ startTime: [seconds, nanoseconds] }: ReadableSpan): number {
  return seconds * 1e9 + nanoseconds;
}
