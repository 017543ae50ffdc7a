import {
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { codeOf } from '../../kernel/errors.ts';
import type { PipelineWatch } from '../../pipeline/pipeline-watch.ts';
import { readAnswer, typeOf } from './read-answer.ts';

/**
 * A span for every step of a request that has one itself, and for every event of a stream. Where nothing is recorded a
 * step costs a call and a look.
 */
export function createStepSpans(tracer: Tracer): Pick<PipelineWatch, 'step' | 'stream'> {
  function run<Answer>(name: string, options: SpanOptions, parent: typeof ROOT_CONTEXT, work: () => Answer): Answer {
    const span = tracer.startSpan(name, options, parent);
    try {
      const answer = context.with(trace.setSpan(parent, span), work);
      if (answer instanceof Promise) {
        // Whoever asked for the answer has its rejection; here only the span waits for it.
        answer.then(
          (value: unknown) => finish(span, value),
          (thrown: unknown) => fail(span, thrown),
        );
      } else finish(span, answer);
      return answer;
    } catch (thrown) {
      fail(span, thrown);
      throw thrown;
    }
  }

  return {
    step(name, work) {
      if (!trace.getActiveSpan()?.isRecording()) return work();
      return run(`fieldpass ${name}`, {}, context.active(), work);
    },
    stream(surface) {
      const opener = trace.getActiveSpan();
      if (!opener?.isRecording()) return (work) => work();
      const links = [{ context: opener.spanContext() }];
      const attributes = { 'graphql.operation.type': 'subscription', 'fieldpass.surface': surface };
      const options = { kind: SpanKind.INTERNAL, links, attributes };
      return (work) => run('fieldpass event', options, ROOT_CONTEXT, work);
    },
  };
}

function finish(span: Span, answer: unknown): void {
  const { outcome, errorType, faults } = readAnswer(answer);
  if (outcome !== undefined) span.setAttribute('fieldpass.outcome', outcome);
  if (errorType !== undefined) span.setAttribute('error.type', errorType);
  for (const fault of faults) record(span, fault);
  span.end();
}

function fail(span: Span, thrown: unknown): void {
  const code = codeOf(thrown);
  if (code === undefined) record(span, typeOf(thrown));
  span.setAttribute('error.type', code ?? typeOf(thrown));
  span.end();
}

/** By its type alone: messages of drivers repeat what was sent. The log has the rest, under the request's id. */
function record(span: Span, type: string): void {
  span.addEvent('exception', { 'exception.type': type });
  span.setStatus({ code: SpanStatusCode.ERROR, message: type });
}
