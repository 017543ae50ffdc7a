import { heapBytes, textBytes } from '../../kernel/heap-bytes.ts';
import type { Condition, DocumentPlan, WrittenBeyond } from '../../plan/document-plan.ts';
import type { PreparedOperation } from './prepared-operation.ts';

/**
 * Bytes of the heap that the parts of a compiled operation hold, rounded up; `test/pipeline/document/known-documents.test.ts`
 * holds their sum against the heap. A field is counted for each object type that it stands on, since it is compiled for each.
 */
const bytesOf = {
  operation: 2_500,
  selection: 400,
  type: 150,
  /** In the plan, and as a term of the price. */
  field: 750,
  argument: 220,
  /** A field beyond the plan, with its demand's own plan of it. */
  written: 350,
  writtenType: 100,
  /** With its path, whose length depth bounds. */
  demand: 260,
  edge: 80,
  literal: 60,
  conjunction: 60,
  /** With its definition for execution. */
  variable: 550,
  definition: 16,
  /** What it counts on each view (`introspection-counts.ts`). */
  introspection: 8_000,
  /** With a few names of variables. */
  check: 300,
} as const;

/** What a compiled operation weighs, beside the document that it was made from. */
export function operationBytes({ plan, demands, argumentChecks, executed, separated }: PreparedOperation): number {
  return (
    bytesOf.operation +
    planBytes(plan) +
    beyondBytes(plan.beyond) +
    bytesOf.demand * demands.demands.length +
    bytesOf.edge * (demands.edges?.length ?? 0) +
    bytesOf.check * (argumentChecks.read.length + argumentChecks.neverNull.length) +
    bytesOf.definition * executed.definitions.length +
    (separated ? heapBytes(separated) + bytesOf.introspection : 0)
  );
}

function planBytes({ selections, variables }: DocumentPlan): number {
  let bytes = 0;
  for (const { byType, namedTypes } of selections) {
    bytes += bytesOf.selection;
    for (const { when } of namedTypes) bytes += bytesOf.type + conditionBytes(when);
    for (const { fields } of byType) {
      bytes += bytesOf.type;
      for (const field of fields) {
        bytes += bytesOf.field + conditionBytes(field.when);
        if (field.kind !== 'FIELD') continue;
        bytes += bytesOf.argument * field.arguments.length;
        if (field.whenNamed) bytes += conditionBytes(field.whenNamed);
      }
    }
  }
  for (const name of variables.keys()) bytes += bytesOf.variable + textBytes(name);
  return bytes;
}

/** Its fields share what they are on each type; the first to name a field of a type is taken to hold that. */
function beyondBytes(beyond: WrittenBeyond | undefined): number {
  if (beyond === undefined) return 0;
  let bytes = bytesOf.edge * beyond.edges.length;
  for (const { when } of beyond.edges) bytes += conditionBytes(when);
  const held = new Set<object>();
  for (const { fields } of beyond.selections) {
    bytes += bytesOf.selection;
    for (const { when, ofTypes } of fields) {
      bytes += bytesOf.written + conditionBytes(when);
      if (!held.has(ofTypes)) bytes += bytesOf.writtenType * ofTypes.length;
      held.add(ofTypes);
    }
  }
  return bytes;
}

function conditionBytes(when: Condition): number {
  if (when === true) return 0;
  let bytes: number = bytesOf.conjunction;
  for (const all of when) bytes += bytesOf.conjunction + bytesOf.literal * all.length;
  return bytes;
}
