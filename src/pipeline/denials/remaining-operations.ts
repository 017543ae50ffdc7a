import type { DocumentNode } from 'graphql';
import { boundedCache } from '../../kernel/bounded-cache.ts';
import type { DocumentPlan } from '../../plan/document-plan.ts';
import { type DeniedFields, type RemainingOperation, withoutDenied } from '../../privileges/null-mode.ts';
import type { PrepareAnswer, PreparedOperation, PrepareOperation } from '../document/prepare-operation.ts';

/** What is left of an operation, compiled as any other. */
export interface Remaining extends RemainingOperation {
  readonly prepared: PrepareAnswer;
}

export type RemainingOperations = (whole: PreparedOperation, document: DocumentNode, denied: DeniedFields) => Remaining;

/**
 * Compiles what denials leave of operations, and keeps it by what was left: keys that are denied the same share it, and
 * so do all values of variables that come to the same.
 */
export function remainingOperations(prepare: PrepareOperation, max: number): RemainingOperations {
  const cache = boundedCache<string, Remaining>(max);
  const numbers = new WeakMap<DocumentPlan, number>();
  let count = 0;
  return (whole, document, denied) => {
    const { plan } = whole;
    const number = numbers.get(plan) ?? count++;
    numbers.set(plan, number);
    const key = `${number}:${shapeOf(plan, denied)}`;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const remaining = withoutDenied(plan, denied, document);
    const name = plan.operation.name?.value;
    const made = { ...remaining, prepared: withWholeIntrospection(prepare(remaining.document, name), whole) };
    cache.set(key, made);
    return made;
  };
}

/** What is asked of the schema is never denied, and the plan knows only the first of its merged fields. */
function withWholeIntrospection(answer: PrepareAnswer, { separated }: PreparedOperation): PrepareAnswer {
  if (answer.kind === 'REFUSED' || !answer.operation.separated || !separated) return answer;
  const { data } = answer.operation.separated;
  return { ...answer, operation: { ...answer.operation, separated: { data, introspection: separated.introspection } } };
}

/** One character for each field of each type: executed, denied, left out; types that are not seen have none. */
function shapeOf({ selections }: DocumentPlan, denied: DeniedFields): string {
  return selections
    .map((selection) => {
      const seen = new Set(denied.seenTypes(selection));
      return selection.byType
        .map((ofType) => {
          if (!seen.has(ofType)) return '-';
          const executed = new Set(denied.executed(ofType.fields));
          return ofType.fields
            .map((field) => (!executed.has(field) ? '0' : denied.denials.has(field) ? 'x' : '1'))
            .join('');
        })
        .join('.');
    })
    .join('/');
}
