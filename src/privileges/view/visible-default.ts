import { type GraphQLInputType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql';

/** What a default value mentions must be visible, or the default is not shown (F8). */
export interface DefaultSight {
  seesInputField(type: string, field: string): boolean;
  seesEnumValue(type: string, value: string): boolean;
}

/** Whether everything that a schema's default value names is visible. Values are internal ones, as graphql-js holds them. */
export function isVisibleDefault(value: unknown, type: GraphQLInputType, sight: DefaultSight): boolean {
  if (isNonNullType(type)) return isVisibleDefault(value, type.ofType, sight);
  if (value === undefined || value === null) return true;
  if (isListType(type)) {
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    return items.every((item) => isVisibleDefault(item, type.ofType, sight));
  }
  if (isEnumType(type)) {
    const named = type.getValues().find((candidate) => candidate.value === value);
    return named === undefined || sight.seesEnumValue(type.name, named.name);
  }
  if (!isInputObjectType(type)) return true;
  return Object.values(type.getFields()).every((field) => {
    if (!Object.hasOwn(value, field.name)) return true;
    const fieldValue = (value as Readonly<Record<string, unknown>>)[field.name];
    return sight.seesInputField(type.name, field.name) && isVisibleDefault(fieldValue, field.type, sight);
  });
}
