import { defaultFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import type { CompiledField, CompiledSchema } from '../../plan/compiled-schema.ts';
import type { FieldLimits } from './create-field-limits.ts';
import { fieldLimit } from './field-limit.ts';

export interface InstallFieldLimitsOptions {
  readonly limits: FieldLimits;
  /** Id of the calling key, or `undefined` for a caller without limits. */
  readonly identify: (contextValue: unknown) => string | undefined;
  /** False for a field that the key may not use: the call is denied further in, and does not count. */
  readonly mayCall?: (contextValue: unknown, field: CompiledField) => boolean;
}

/** Puts the declared call limits before the resolvers. Changes the schema in place; throws on a declaration that is not sound. */
export function installFieldLimits(
  schema: GraphQLSchema,
  compiled: CompiledSchema,
  { limits, identify, mayCall = () => true }: InstallFieldLimitsOptions,
): void {
  for (const object of compiled.objects) {
    const type = schema.getType(object.name);
    if (!isObjectType(type)) continue;
    for (const field of object.fields.values()) {
      const definition = type.getFields()[field.coordinate.field];
      if (!definition || !field.rateLimit) continue;
      const check = limits.limit(fieldLimit(field, field.rateLimit));
      const resolve = definition.resolve ?? defaultFieldResolver;
      definition.resolve = async (source, args, context, info) => {
        const caller = identify(context);
        if (caller !== undefined && mayCall(context, field)) await check(caller, args, info);
        return resolve(source, args, context, info);
      };
    }
  }
}
