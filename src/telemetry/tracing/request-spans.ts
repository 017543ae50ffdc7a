import {
  context,
  isSpanContextValid,
  propagation,
  type Span,
  type SpanAttributes,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Handled } from '../../http/arrival.ts';
import type { RequestReport } from '../../http/request-report.ts';
import type { RequestWatch, WatchedRequest } from '../../http/request-watch.ts';

const headerGetter: TextMapGetter<Headers> = {
  get: (headers, name) => headers.get(name) ?? undefined,
  keys: (headers) => [...headers.keys()],
};

/**
 * One span for a request, around all of its steps: a part of the trace that the caller's headers name (W3C Trace
 * Context, by the propagator that the SDK registers), or of the span that an instrumentation of HTTP opened before.
 * Without an SDK nothing is made but one look.
 */
export function createRequestSpans(tracer: Tracer): RequestWatch {
  return {
    watch(request, serve) {
      const active = context.active();
      const isInner = trace.getSpan(active) !== undefined;
      const parent = isInner ? active : propagation.extract(active, request.headers, headerGetter);
      const span = tracer.startSpan(
        `${request.arrival.method} ${request.path}`,
        { kind: isInner ? SpanKind.INTERNAL : SpanKind.SERVER, attributes: arrivalAttributes(request) },
        parent,
      );
      if (!isSpanContextValid(span.spanContext())) return serve();
      return context.with(trace.setSpan(parent, span), async () => {
        try {
          const handled = await serve();
          if (span.isRecording()) describe(span, handled);
          return handled;
        } finally {
          span.end();
        }
      });
    },
  };
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/; no query string: it may hold a document and variables. */
function arrivalAttributes({ arrival, path }: WatchedRequest): SpanAttributes {
  return {
    'http.request.method': arrival.method,
    'http.route': path,
    'url.path': path,
    ...(arrival.clientAddress !== '' && { 'client.address': arrival.clientAddress }),
    'fieldpass.request.id': arrival.requestId,
  };
}

function describe(span: Span, { response: { status }, report }: Handled): void {
  span.setAttribute('http.response.status_code', status);
  if (report) span.setAttributes(reportAttributes(report));
  const errorCode = report?.errorCode ?? (status >= 500 ? String(status) : undefined);
  if (errorCode !== undefined) span.setAttribute('error.type', errorCode);
  // What the caller did wrong is no error of the server.
  if (status >= 500)
    span.setStatus({ code: SpanStatusCode.ERROR, ...(errorCode !== undefined && { message: errorCode }) });
}

/** https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/; the document by its hash, since its text may hold secrets. */
function reportAttributes(report: RequestReport): SpanAttributes {
  return present({
    'graphql.operation.type': report.operationType,
    'graphql.operation.name': report.operationName,
    'fieldpass.surface': report.surface,
    'fieldpass.outcome': report.outcome,
    'fieldpass.document.hash': report.documentHash,
    'fieldpass.key.public_id': report.keyPublicId,
    'fieldpass.application.id': report.applicationId,
    'fieldpass.cost.requested': report.requestedQueryCost,
    'fieldpass.cost.actual': report.actualQueryCost,
  });
}

function present(attributes: Readonly<Record<string, string | number | undefined>>): SpanAttributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
