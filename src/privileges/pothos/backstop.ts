import type { PothosOutputFieldConfig, SchemaTypes } from '@pothos/core';
import type { AuthScopeMap } from '@pothos/plugin-scope-auth';
import type { GraphQLError, GraphQLResolveInfo } from 'graphql';
import { codedError } from '../../kernel/errors.ts';
import type { Verb } from '../../plan/verb.ts';
import type { Access } from '../access.ts';

/** What the backstop needs of a context value. */
interface HasAccess {
  readonly access: Access;
}

/** Names nothing: what is denied here is denied at a place where even the type's name may be unknown to the caller. */
export function unauthorized(): GraphQLError {
  return codedError('UNAUTHORIZED_FIELD_OR_TYPE', 'Unauthorized field or type.');
}

/** All verbs on the field of the type that is really there. A mutation without verbs is nobody's. */
export function mayUse(
  context: object,
  verbs: readonly Verb[],
  { parentType, fieldName }: GraphQLResolveInfo,
): boolean {
  const { access } = context as Partial<HasAccess>;
  return (
    access !== undefined && verbs.length > 0 && verbs.every((verb) => access.allows(verb, parentType.name, fieldName))
  );
}

/**
 * The field with `authScopes` that ask the caller's access, and then whatever scopes the field had. They are a function,
 * which scope-auth calls for each field and never caches: its cache knows contexts, not builders, so that two schemas on
 * one context would otherwise share decisions.
 */
export function guardedByAccess<Types extends SchemaTypes>(
  config: PothosOutputFieldConfig<Types>,
  verbs: readonly Verb[],
): PothosOutputFieldConfig<Types> {
  const own = config.pothosOptions.authScopes as
    | AuthScopeMap<Types>
    | ((...all: readonly unknown[]) => AuthScopeMap<Types> | boolean | Promise<AuthScopeMap<Types> | boolean>)
    | undefined;
  const authScopes = (parent: unknown, args: unknown, context: object, info: GraphQLResolveInfo) => {
    if (!mayUse(context, verbs, info)) return false;
    if (own === undefined) return true;
    return typeof own === 'function' ? own(parent, args, context, info) : own;
  };
  const pothosOptions = { ...config.pothosOptions, authScopes, unauthorizedError: unauthorizedUnlessDeclared(config) };
  return { ...config, pothosOptions } as PothosOutputFieldConfig<Types>;
}

function unauthorizedUnlessDeclared<Types extends SchemaTypes>(config: PothosOutputFieldConfig<Types>): unknown {
  return config.pothosOptions.unauthorizedError ?? unauthorized;
}
