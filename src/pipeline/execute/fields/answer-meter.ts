import type { GraphQLError, GraphQLResolveInfo } from 'graphql';
import { codedError } from '../../../kernel/errors.ts';
import { memberSize } from '../../../kernel/json-size.ts';
import { type CoercedVariables, type DocumentPlan, holds, type SelectionPlan } from '../../../plan/document-plan.ts';
import { fieldError } from './field-error.ts';

type Path = GraphQLResolveInfo['path'];

/** How large the answer of one execution has become, in bytes of JSON: never more than it really is. */
export interface AnswerMeter {
  readonly bytes: number;
  readonly isFull: boolean;
  /** Root fields whose resolver was called, by response key. */
  readonly begun: ReadonlySet<string>;
  /** Root fields of which something is missing. */
  readonly stopped: ReadonlySet<string>;
  /** Leaves that can be read in this answer alone, by the root field whose payload holds them, then by response key. */
  readonly kept: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Nobody waits for the answer any more: no resolver is called from here on, as if it were full. */
  abandon(): void;
}

/** The same as instrumented fields see it. */
export interface RunningAnswer extends AnswerMeter {
  /** Throws RESPONSE_TOO_LARGE when the answer is full, then or before. */
  add(bytes: number, path: Path): void;
  /** Counts an error of a field, and answers with the one that the executor is given for it. */
  fail(thrown: unknown, path: Path): Error;
  begin(path: Path): void;
  /** Remembers such a leaf, once for each field: what stands beside it may take it away. */
  keep(info: GraphQLResolveInfo, value: unknown): void;
  /** Bytes of an object's braces and of the `__typename`s that are asked of it, which no resolver of the schema answers. */
  objectSize(info: GraphQLResolveInfo, typeName: string): number;
  /** Bytes that are left. */
  readonly left: number;
}

/** The meters of one surface, found by the context value of their execution. */
export interface AnswerMeters {
  readonly maximumBytes: number;
  begin(contextValue: object, plan: DocumentPlan, variables: CoercedVariables): AnswerMeter;
  running(contextValue: unknown): RunningAnswer | undefined;
}

export function createAnswerMeters(maximumBytes: number): AnswerMeters {
  const meters = new WeakMap<object, RunningAnswer>();
  return {
    maximumBytes,
    begin(contextValue, plan, variables) {
      const meter = answerMeter(maximumBytes, plan, variables);
      meters.set(contextValue, meter);
      return meter;
    },
    running: (contextValue) =>
      typeof contextValue === 'object' && contextValue !== null ? meters.get(contextValue) : undefined,
  };
}

export function tooLarge(maximumBytes: number, details: { readonly executed?: boolean } = {}): GraphQLError {
  const message = `The answer would be larger than ${maximumBytes} bytes. Ask for less at once.`;
  return codedError('RESPONSE_TOO_LARGE', message, { maximumBytes, ...details });
}

function answerMeter(maximumBytes: number, plan: DocumentPlan, variables: CoercedVariables): RunningAnswer {
  let bytes = 2 + typenamesSize(plan.root, plan.root.byType[0]?.type.name ?? '', variables);
  let full: GraphQLError | undefined;
  const begun = new Set<string>();
  const stopped = new Set<string>();
  const kept = new Map<string, Map<string, string>>();
  const keptFields = new Set<string>();
  const objectSizes = new Map<GraphQLResolveInfo['fieldNodes'], Map<string, number>>();

  /** One error for all fields: the executor takes an error with a path as it is, and makes none for each field. */
  function stop(path: Path): never {
    stopped.add(rootKey(path));
    throw end();
  }

  function end(): GraphQLError {
    full ??= Object.assign(tooLarge(maximumBytes), { path: [] });
    return full;
  }

  return {
    get bytes() {
      return bytes;
    },
    get left() {
      return Math.max(0, maximumBytes - bytes);
    },
    get isFull() {
      return full !== undefined;
    },
    begun,
    stopped,
    kept,
    keep({ path, fieldName }, value) {
      const root = rootKey(path);
      const field = `${root} ${fieldName}`;
      if (typeof value !== 'string' || keptFields.has(field)) return;
      keptFields.add(field);
      const ofRoot = kept.get(root) ?? new Map<string, string>();
      kept.set(root, ofRoot.set(String(path.key), value));
    },
    fail(thrown, path) {
      if (thrown === full) stopped.add(rootKey(path));
      else bytes += errorSize;
      return fieldError(thrown);
    },
    abandon: () => void end(),
    begin: (path) => void begun.add(String(path.key)),
    add(more, path) {
      bytes += more;
      if (full !== undefined || bytes > maximumBytes) stop(path);
    },
    objectSize(info, typeName) {
      const ofTypes = objectSizes.get(info.fieldNodes) ?? new Map<string, number>();
      objectSizes.set(info.fieldNodes, ofTypes);
      const known = ofTypes.get(typeName);
      if (known !== undefined) return known;
      const size = 2 + typenamesSize(selectionAt(plan, info.path), typeName, variables);
      ofTypes.set(typeName, size);
      return size;
    },
  };
}

/** Bytes of an error but for what it says of itself. */
const errorSize = 60;

function typenamesSize(selection: SelectionPlan | undefined, typeName: string, variables: CoercedVariables): number {
  let size = 0;
  const fields = selection?.byType.find(({ type }) => type.name === typeName)?.fields ?? [];
  for (const { kind, responseKey, when } of fields) {
    if (kind === 'TYPENAME' && holds(when, variables)) size += memberSize(responseKey) + typeName.length + 2;
  }
  return size;
}

/** What is selected of the field at a path. */
function selectionAt(plan: DocumentPlan, path: Path): SelectionPlan | undefined {
  if (typeof path.key === 'number') return path.prev && selectionAt(plan, path.prev);
  let above = path.prev;
  while (above && typeof above.key === 'number') above = above.prev;
  const parent = above ? selectionAt(plan, above) : plan.root;
  const ofType = parent?.byType.find(({ type }) => type.name === path.typename);
  const field = ofType?.fields.find(({ responseKey }) => responseKey === path.key);
  return field?.kind === 'FIELD' ? field.selection : undefined;
}

export function rootKey(path: Path): string {
  let root = path;
  while (root.prev) root = root.prev;
  return String(root.key);
}
