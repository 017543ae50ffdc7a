import { type GraphQLOutputType, isListType, isNonNullType } from 'graphql';
import { memberSize } from '../../kernel/json-size.ts';
import type { FieldPlan, SelectionPlan } from '../../plan/document-plan.ts';
import type { DeniedFields } from './denied-fields.ts';

export type ResultData = Record<string, unknown>;

/** `null`: the nearest place that may be null is the whole answer. */
export type Restored = { readonly kind: 'RESTORED'; readonly data: ResultData | null } | { readonly kind: 'TOO_LARGE' };

/** Null where null is not allowed: what holds it becomes null instead. */
const bubbles = Symbol('null that bubbles');
/** There is no room for more: nothing of it is answered. */
const full = Symbol('no room');

/** What an object of one type becomes; worked out once, however many rows there are. */
interface RestoredType {
  readonly fields: readonly { readonly plan: FieldPlan; readonly isDenied: boolean }[];
  /** Some denied field of it may not be null. */
  readonly bubbles: boolean;
  /** Bytes of JSON that its nulls take. */
  readonly bytes: number;
}

/**
 * The answer to the whole operation, from the answer to what was left of it: denied fields are null, in the order of the
 * document, and a null that a type does not allow goes to what holds it, up to the nearest place that may be null
 * (GraphQL spec §6.4.4). It stops at once when its nulls take more than `room` bytes of JSON.
 */
export function restoreNulls(
  root: SelectionPlan,
  denied: DeniedFields,
  typeKey: string,
  data: ResultData | null,
  room: number,
): Restored {
  const types = new Map<readonly FieldPlan[], RestoredType>();
  let left = room;
  if (data === null) return { kind: 'RESTORED', data: null };
  const restored = restoreObject(root, data);
  if (restored === full) return { kind: 'TOO_LARGE' };
  return { kind: 'RESTORED', data: restored === bubbles ? null : restored };

  function restoreObject(selection: SelectionPlan, object: ResultData): ResultData | typeof bubbles | typeof full {
    const { byType } = selection;
    const name = object[typeKey];
    const ofType = byType.length === 1 ? byType[0] : byType.find(({ type }) => type.name === name);
    if (ofType === undefined) return bubbles;
    const type = restoredType(ofType.fields);
    if (type.bubbles) return bubbles;
    // The name of its type was counted with what ran, and is not answered.
    if (typeof name === 'string') left += memberSize(typeKey) + name.length + 2;
    left -= type.bytes;
    if (left < 0) return full;
    const before = left;
    const restored: ResultData = Object.create(null);
    for (const { plan, isDenied } of type.fields) {
      const value = isDenied ? null : restoreField(plan, object[plan.responseKey]);
      if (value === full) return full;
      if (value === bubbles) {
        // What is not answered takes no room.
        left = before + type.bytes;
        return bubbles;
      }
      restored[plan.responseKey] = value;
    }
    return restored;
  }

  function restoredType(fields: readonly FieldPlan[]): RestoredType {
    const known = types.get(fields);
    if (known !== undefined) return known;
    const executed = denied.executed(fields).map((plan) => ({ plan, isDenied: denied.denials.has(plan) }));
    const nulls = executed.filter(({ isDenied }) => isDenied).map(({ plan }) => plan);
    const made = {
      fields: executed,
      bubbles: nulls.some((plan) => plan.kind === 'FIELD' && isNonNullType(plan.field.type)),
      bytes: nulls.reduce((bytes, { responseKey }) => bytes + memberSize(responseKey) + 'null'.length, 0),
    };
    types.set(fields, made);
    return made;
  }

  function restoreField(field: FieldPlan, value: unknown): unknown {
    if (field.kind !== 'FIELD' || field.selection === undefined) return value;
    return restoreValue(field.field.type, field.selection, value);
  }

  function restoreValue(type: GraphQLOutputType, selection: SelectionPlan, value: unknown): unknown {
    if (isNonNullType(type)) {
      const inner = restoreValue(type.ofType, selection, value);
      return inner === null ? bubbles : inner;
    }
    if (value === null || value === undefined) return null;
    if (!isListType(type)) {
      const object = restoreObject(selection, value as ResultData);
      return object === bubbles ? null : object;
    }
    const items: unknown[] = [];
    for (const item of value as readonly unknown[]) {
      const restored = restoreValue(type.ofType, selection, item);
      if (restored === full) return full;
      if (restored === bubbles) return null;
      items.push(restored);
    }
    return items;
  }
}
