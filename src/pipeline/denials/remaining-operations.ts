import type { DocumentNode } from 'graphql';
import { type CacheBound, weighedCache } from '../../kernel/bounded-cache.ts';
import { heapBytes, textBytes } from '../../kernel/heap-bytes.ts';
import type { DocumentPlan } from '../../plan/document-plan.ts';
import { type DeniedFields, type RemainingOperation, withoutDenied } from '../../privileges/null-mode.ts';
import type { KnownDocuments } from '../document/known-documents.ts';
import { operationBytes } from '../document/operation-weight.ts';
import type { PrepareAnswer, PreparedOperation, PrepareOperation } from '../document/prepare-operation.ts';

/** What is left of an operation, compiled as any other. */
export interface Remaining extends RemainingOperation {
  /** The operation that it is left of, whose formula prices it. */
  readonly whole: PreparedOperation;
  readonly prepared: PrepareAnswer;
  /** What it took to compile it now; none when it was kept. */
  readonly steps: number;
}

export type RemainingOperations = (whole: PreparedOperation, document: DocumentNode, denied: DeniedFields) => Remaining;

export const remainingOperationsBound: CacheBound = {
  holds: 'what denials leave of operations, for keys whose denied fields are null; of each API',
  maxBytes: 16_000_000,
};

/**
 * Compiles what denials leave of operations, and keeps it, of those that are known, by what was left: keys that are denied
 * the same share it, and so do all values of variables that come to the same.
 */
export function remainingOperations(prepare: PrepareOperation, documents: KnownDocuments): RemainingOperations {
  const cache = weighedCache<string, Remaining>(remainingOperationsBound, remainingBytes);
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
    const introspecting = withWholeIntrospection(prepare(remaining.document, name), whole);
    const prepared = withNulls(introspecting, whole, denied, remaining.typeKey);
    const made = { ...remaining, whole, prepared, steps: prepared.steps };
    const isAdmitted = documents.operation(document, plan.operation) === whole;
    if (isAdmitted && made.prepared.kind === 'PREPARED') cache.set(key, { ...made, steps: 0 });
    return made;
  };
}

function remainingBytes({ document, prepared, whole }: Remaining, key: string): number {
  const operation = prepared.kind === 'PREPARED' ? operationBytes(prepared.operation) : 0;
  return textBytes(key) + heapBytes(document) + operation + operationBytes(whole);
}

/** What is null is not executed, but it is answered: the whole is priced, with its nulls. */
function withNulls(
  answer: PrepareAnswer,
  { formula }: PreparedOperation,
  { denials }: DeniedFields,
  typeKey: string,
): PrepareAnswer {
  if (answer.kind === 'REFUSED') return answer;
  const nulls = new Set(denials.keys());
  const priced = formula.withNulls({ has: (field) => nulls.has(field), typeKey });
  return { ...answer, operation: { ...answer.operation, formula: priced } };
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
