import {
  type ConstDirectiveNode,
  type GraphQLArgument,
  type GraphQLEnumValue,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  valueFromASTUntyped,
} from 'graphql';
import type {
  ArgumentDeclaration,
  EnumValueDeclaration,
  FieldDeclaration,
  InputFieldDeclaration,
  InputTypeDeclaration,
  ListSizeDeclaration,
  SchemaDeclaration,
  TypeDeclaration,
} from '../declarations.ts';
import { declaredIn } from '../declared.ts';

/**
 * What is declared on an element: its `extensions.fieldpass`, over IBM's `@cost` and `@listSize` where the element comes
 * from SDL (IBM GraphQL Cost Directives specification §3).
 */
export function readField(field: GraphQLField<unknown, unknown>): FieldDeclaration {
  const declared = declaredIn<FieldDeclaration>(field.extensions);
  const weight = declared.cost?.weight ?? weightOf(field.astNode?.directives);
  const listSize = declared.cost?.listSize ?? listSizeOf(field.astNode?.directives);
  if (weight === undefined && listSize === undefined) return declared;
  return {
    ...declared,
    cost: { ...(weight === undefined ? {} : { weight }), ...(listSize === undefined ? {} : { listSize }) },
  };
}

/**
 * What is declared on a field of an object type, and what the same field of its interfaces says to protect it: `explicit`,
 * unless the field itself says `explicit: false`, and `reads`, which add up. An interface's field has no coordinate of its
 * own, so what stands on it alone would protect nothing; and an object that writes such a field anew, in Pothos or in
 * SDL, gives it another resolver and not another meaning. Everything else is said of each field for itself: what opens
 * a field or prices it is never taken over from an interface.
 */
export function readObjectField(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): FieldDeclaration {
  const declared = readField(field);
  const inherited = type.getInterfaces().flatMap((parent) => {
    const promised = parent.getFields()[field.name];
    return promised ? declaredIn<FieldDeclaration>(promised.extensions) : [];
  });
  const explicit = declared.explicit ?? inherited.some((promised) => promised.explicit);
  const reads = [declared, ...inherited].flatMap((promised) => promised.reads ?? []);
  return {
    ...declared,
    ...(explicit ? { explicit } : {}),
    ...(reads.length > 0 ? { reads: [...new Set(reads)] } : {}),
  };
}

export function readArgument(argument: GraphQLArgument): ArgumentDeclaration {
  return withWeight(declaredIn<ArgumentDeclaration>(argument.extensions), argument.astNode?.directives);
}

export function readType(type: GraphQLNamedType): TypeDeclaration {
  return withWeight(declaredIn<TypeDeclaration>(type.extensions), type.astNode?.directives);
}

export function readInputType(type: GraphQLInputObjectType): InputTypeDeclaration {
  return declaredIn<InputTypeDeclaration>(type.extensions);
}

export function readInputField(field: GraphQLInputField): InputFieldDeclaration {
  return withWeight(declaredIn<InputFieldDeclaration>(field.extensions), field.astNode?.directives);
}

export function readEnumValue(value: GraphQLEnumValue): EnumValueDeclaration {
  return declaredIn<EnumValueDeclaration>(value.extensions);
}

export function readSchema(schema: GraphQLSchema): SchemaDeclaration {
  return declaredIn<SchemaDeclaration>(schema.extensions);
}

function withWeight<Declaration extends { readonly weight?: number }>(
  declared: Declaration,
  directives: readonly ConstDirectiveNode[] | undefined,
): Declaration {
  const weight = declared.weight ?? weightOf(directives);
  return weight === undefined ? declared : { ...declared, weight };
}

function weightOf(directives: readonly ConstDirectiveNode[] | undefined): number | undefined {
  const weight = argumentsOf('cost', directives)?.['weight'];
  return typeof weight === 'string' || typeof weight === 'number' ? Number(weight) : undefined;
}

function listSizeOf(directives: readonly ConstDirectiveNode[] | undefined): ListSizeDeclaration | undefined {
  const given = argumentsOf('listSize', directives);
  if (given === undefined) return undefined;
  const { requireOneSlicingArgument = true, ...rest } = given;
  const slices = Array.isArray(given['slicingArguments']) && given['slicingArguments'].length > 0;
  return { ...rest, ...(slices ? { requireOneSlicingArgument: requireOneSlicingArgument === true } : {}) };
}

function argumentsOf(
  name: string,
  directives: readonly ConstDirectiveNode[] | undefined,
): Readonly<Record<string, unknown>> | undefined {
  const directive = directives?.find((candidate) => candidate.name.value === name);
  if (directive === undefined) return undefined;
  return Object.fromEntries(
    (directive.arguments ?? [])
      .filter(({ value }) => value.kind !== Kind.NULL)
      .map(({ name: argument, value }) => [argument.value, valueFromASTUntyped(value)]),
  );
}
