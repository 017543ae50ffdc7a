import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import type { CompiledField, CompiledSchema } from '../../plan/compiled-schema.ts';
import { problemList } from '../../plan/schema-declaration-error.ts';
import type { FieldLimits } from './create-field-limits.ts';
import { type FieldLimit, fieldLimit } from './field-limit.ts';

export interface InstallFieldLimitsOptions {
  readonly limits: FieldLimits;
  /** Id of the calling key, or `undefined` for a caller without limits. */
  readonly identify: (contextValue: unknown) => string | undefined;
  /** False for a field that the key may not use: the call is denied further in, and does not count. */
  readonly mayCall?: (contextValue: unknown, field: CompiledField) => boolean;
}

/**
 * Puts the declared call limits before the resolvers. Changes the schema in place, or throws a `SchemaDeclarationError`
 * with all declarations that are not sound, and changes nothing.
 */
export function installFieldLimits(
  schema: GraphQLSchema,
  compiled: CompiledSchema,
  { limits, identify, mayCall = () => true }: InstallFieldLimitsOptions,
): void {
  for (const { definition, field, limit } of limitedFields(schema, compiled)) {
    const check = limits.limit(limit);
    const counted = (call: GraphQLFieldResolver<unknown, unknown>): GraphQLFieldResolver<unknown, unknown> => {
      return async (source, args, context, info) => {
        const caller = identify(context);
        if (caller !== undefined && mayCall(context, field)) await check(caller, args, info);
        return call(source, args, context, info);
      };
    };
    // A subscription is called when its stream is opened; its events nobody calls.
    if (definition.subscribe) definition.subscribe = counted(definition.subscribe);
    else definition.resolve = counted(definition.resolve ?? defaultFieldResolver);
  }
}

interface LimitedField {
  readonly definition: GraphQLField<unknown, unknown>;
  readonly field: CompiledField;
  readonly limit: FieldLimit;
}

function limitedFields(schema: GraphQLSchema, { objects }: CompiledSchema): readonly LimitedField[] {
  const problems = problemList();
  const limited = objects.flatMap((object) => {
    const type = schema.getType(object.name);
    const definitions = isObjectType(type) ? type.getFields() : {};
    return [...object.fields.values()].flatMap((field) => {
      const definition = definitions[field.coordinate.field];
      if (!definition || !field.rateLimit) return [];
      return { definition, field, limit: fieldLimit(field, field.rateLimit, problems) };
    });
  });
  problems.throwIfAny();
  return limited;
}
