import { type GraphQLOutputType, isListType, isNonNullType } from 'graphql';
import type { FieldPlan, SelectionPlan } from '../../plan/document-plan.ts';
import type { DeniedFields } from './denied-fields.ts';

export type ResultData = Record<string, unknown>;

/** Null where null is not allowed: what holds it becomes null instead. */
const bubbles = Symbol('null that bubbles');

/**
 * The answer to the whole operation, from the answer to what was left of it: denied fields are null, in the order of the
 * document, and a null that a type does not allow goes to what holds it, up to the nearest place that may be null
 * (GraphQL spec §6.4.4). `null`: that place is the whole answer.
 */
export function restoreNulls(
  root: SelectionPlan,
  denied: DeniedFields,
  typeKey: string,
  data: ResultData,
): ResultData | null {
  const restored = restoreObject(root, data);
  return restored === bubbles ? null : restored;

  function restoreObject(selection: SelectionPlan, object: ResultData): ResultData | typeof bubbles {
    const { byType } = selection;
    const name = byType.length === 1 ? undefined : object[typeKey];
    const ofType = byType.length === 1 ? byType[0] : byType.find(({ type }) => type.name === name);
    if (ofType === undefined) return bubbles;
    const restored: ResultData = Object.create(null);
    for (const field of denied.executed(ofType.fields)) {
      const value = denied.denials.has(field) ? absent(field) : restoreField(field, object[field.responseKey]);
      if (value === bubbles) return bubbles;
      restored[field.responseKey] = value;
    }
    return restored;
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
      if (restored === bubbles) return null;
      items.push(restored);
    }
    return items;
  }
}

function absent(field: FieldPlan): null | typeof bubbles {
  return field.kind === 'FIELD' && isNonNullType(field.field.type) ? bubbles : null;
}
