import type { DocumentNode } from 'graphql';
import { type CacheBound, weighedCache } from '../../kernel/bounded-cache.ts';
import { heapBytes, textBytes } from '../../kernel/heap-bytes.ts';
import { numbering } from '../../kernel/numbering.ts';
import type { CompiledSchema } from '../../plan/compiled-schema.ts';
import type { DocumentPlan } from '../../plan/document-plan.ts';
import { compileDemands } from '../../privileges/demands.ts';
import { type DeniedFields, type RemainingOperation, withoutDenied } from '../../privileges/null-mode.ts';
import { type ArgumentReader, readChecks } from '../document/check-arguments.ts';
import type { KnownDocuments } from '../document/known-documents.ts';
import { operationBytes } from '../document/operation-weight.ts';
import { halvesOf } from '../document/prepare-operation.ts';
import type { PreparedOperation } from '../document/prepared-operation.ts';
import { takingCoercedVariables } from '../execute/coerced-once.ts';

/** What is left of an operation, to be judged and executed as any other. */
export interface Remaining extends Pick<RemainingOperation, 'typeKey'> {
  /** The operation that it is left of, whose formula prices it. */
  readonly whole: PreparedOperation;
  readonly operation: PreparedOperation;
  /** What it took to compile it now, as `PrepareAnswer` has it; none when it was kept. */
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
export function remainingOperations(
  schema: CompiledSchema,
  documents: KnownDocuments,
  reader: ArgumentReader,
): RemainingOperations {
  const cache = weighedCache<string, Remaining>(remainingOperationsBound, remainingBytes);
  const numberOf = numbering<DocumentPlan>();
  return (whole, document, denied) => {
    const { plan } = whole;
    const key = `${numberOf(plan)}:${shapeOf(plan, denied)}`;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const left = withoutDenied(plan, denied, document);
    const operation = compileRemaining(schema, whole, left, denied, reader);
    const made = { typeKey: left.typeKey, whole, operation, steps: fieldsOf(left.plan) };
    if (documents.operation(document, plan.operation) === whole) cache.set(key, { ...made, steps: 0 });
    return made;
  };
}

/**
 * Its privileges are judged anew, from what will be executed. What is null is not executed, but it is answered: the whole
 * is priced, with its nulls. What is asked of the schema is never denied, and the plan knows only the first of its merged
 * fields: that half stays as it was. A condition that may not be null may not be for what it left out either.
 */
function compileRemaining(
  schema: CompiledSchema,
  { formula, separated, argumentChecks }: PreparedOperation,
  { plan, document, typeKey }: RemainingOperation,
  { denials }: DeniedFields,
  reader: ArgumentReader,
): PreparedOperation {
  const nulls = new Set(denials.keys());
  const { operation } = plan;
  return {
    plan,
    demands: compileDemands(schema, plan),
    formula: formula.withNulls({ has: (field) => nulls.has(field), typeKey }),
    argumentChecks: { ...argumentChecks, read: readChecks(schema.schema, plan, reader) },
    executed: takingCoercedVariables(document, operation),
    separated: plan.introspects
      ? { data: halvesOf(document, operation).data, introspection: separated?.introspection }
      : undefined,
  };
}

/** Each of them is compiled once for each type that it stands on. */
function fieldsOf({ selections }: DocumentPlan): number {
  return selections.reduce(
    (sum, { byType }) => sum + byType.reduce((ofSelection, { fields }) => ofSelection + fields.length, 0),
    0,
  );
}

function remainingBytes({ operation, whole }: Remaining, key: string): number {
  return textBytes(key) + heapBytes(operation.executed) + operationBytes(operation) + operationBytes(whole);
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
