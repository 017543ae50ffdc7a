import { GraphQLError } from 'graphql';
import { codeOf } from '../../kernel/errors.ts';

/** What a span says of the answer of a step. */
export interface AnswerNotes {
  /** Of a refusal. */
  readonly outcome: string | undefined;
  /** Code of its first error, or the type of what was thrown. */
  readonly errorType: string | undefined;
  /** Types of what was thrown and is nobody's refusal. */
  readonly faults: readonly string[];
}

const nothing: AnswerNotes = { outcome: undefined, errorType: undefined, faults: [] };
const mostFaults = 5;

/**
 * Steps answer with refusals (`errors`, `outcome`) or with results of executions (`errors`); some with one of these beside
 * something else (`verdict`; `value`, of an event).
 */
export function readAnswer(answer: unknown): AnswerNotes {
  if (typeof answer !== 'object' || answer === null) return nothing;
  if ('value' in answer) return readAnswer(answer.value);
  if ('verdict' in answer) return readAnswer(answer.verdict);
  if (!('errors' in answer) || !Array.isArray(answer.errors) || answer.errors.length === 0) return nothing;
  const errors: readonly unknown[] = answer.errors;
  const outcome = 'outcome' in answer && typeof answer.outcome === 'string' ? answer.outcome : undefined;
  const faults = errors.filter((error) => codeOf(error) === undefined || codeOf(error) === 'INTERNAL_SERVER_ERROR');
  return {
    outcome,
    errorType: codeOf(errors[0]) ?? typeOf(errors[0]),
    faults: faults.slice(0, mostFaults).map(typeOf),
  };
}

/** The name of an error's class, of the one that GraphQL has wrapped first of all. */
export function typeOf(thrown: unknown): string {
  try {
    if (thrown instanceof GraphQLError && thrown.originalError) return typeOf(thrown.originalError);
    return thrown instanceof Error ? String(thrown.name) : typeof thrown;
  } catch {
    // Somebody's error that cannot be read.
    return typeof thrown;
  }
}
