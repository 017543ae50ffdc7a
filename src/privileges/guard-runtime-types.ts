import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  type GraphQLSchema,
  isAbstractType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { codedError } from '../kernel/errors.ts';
import { isPromise } from '../kernel/is-promise.ts';
import type { Access } from './access.ts';

/**
 * An object whose type the caller cannot see becomes null, and neither the error nor `__typename` says what it was. The
 * plan judges what a document names; what a resolver returns is only known here. Wraps how every abstract type finds the
 * type of a value (`resolveType`, or `isTypeOf` of its possible types), so it works on any schema whose context values
 * carry `access`; without that nothing is visible. Changes the schema in place, and belongs to it once.
 */
export function guardRuntimeTypes(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type) && !isIntrospectionType(type)) guard(type);
  }
}

function guard(type: GraphQLAbstractType): void {
  const resolveType = type.resolveType ?? defaultTypeResolver;
  type.resolveType = (value, context, info, abstractType) => {
    const resolved = resolveType(value, context, info, abstractType);
    const visible = (name: string | undefined) => {
      // What is no type of it at all is a fault of the resolver: the executor says so, and nobody is told what.
      if (!isPossible(name, abstractType, info.schema) || accessOf(context)?.sees(name) === true) return name;
      throw codedError('UNAUTHORIZED_FIELD_OR_TYPE', 'Unauthorized field or type.');
    };
    return isPromise(resolved) ? resolved.then(visible) : visible(resolved);
  };
}

function isPossible(name: string | undefined, type: GraphQLAbstractType, schema: GraphQLSchema): name is string {
  const named = typeof name === 'string' ? schema.getType(name) : undefined;
  return isObjectType(named) && schema.isSubType(type, named);
}

function accessOf(context: unknown): Access | undefined {
  return (context as { readonly access?: Access } | null | undefined)?.access;
}
