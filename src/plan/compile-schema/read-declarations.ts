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
  RateLimitDeclaration,
  SchemaDeclaration,
  TypeDeclaration,
} from '../declarations.ts';
import { declaredIn } from '../declared.ts';

/**
 * What is declared on an element: its `extensions.fieldpass`, over IBM's `@cost` and `@listSize` where the element comes
 * from SDL (IBM GraphQL Cost Directives specification §7, §8), and over `@rateLimit` as it is printed there.
 */
export function readField(field: GraphQLField<unknown, unknown>): FieldDeclaration {
  const declared = declaredIn<FieldDeclaration>(field.extensions);
  const weight = declared.cost?.weight ?? weightOf(directivesOf(field));
  const listSize = declared.cost?.listSize ?? listSizeOf(directivesOf(field));
  const rateLimit = declared.rateLimit ?? rateLimitOf(directivesOf(field));
  if (weight === undefined && listSize === undefined && rateLimit === undefined) return declared;
  const hasCost = declared.cost !== undefined || weight !== undefined || listSize !== undefined;
  return {
    ...declared,
    ...(rateLimit && { rateLimit }),
    ...(hasCost && { cost: { ...(weight !== undefined && { weight }), ...(listSize && { listSize }) } }),
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
  return withWeight(declaredIn<ArgumentDeclaration>(argument.extensions), directivesOf(argument));
}

export function readType(type: GraphQLNamedType): TypeDeclaration {
  return withWeight(declaredIn<TypeDeclaration>(type.extensions), directivesOf(type));
}

export function readInputType(type: GraphQLInputObjectType): InputTypeDeclaration {
  return declaredIn<InputTypeDeclaration>(type.extensions);
}

export function readInputField(field: GraphQLInputField): InputFieldDeclaration {
  return withWeight(declaredIn<InputFieldDeclaration>(field.extensions), directivesOf(field));
}

export function readEnumValue(value: GraphQLEnumValue): EnumValueDeclaration {
  return declaredIn<EnumValueDeclaration>(value.extensions);
}

export function readSchema(schema: GraphQLSchema): SchemaDeclaration {
  return declaredIn<SchemaDeclaration>(schema.extensions);
}

/** An element that may come from SDL; of it, a type may be extended. */
export interface Written {
  readonly astNode?: HasDirectives | null | undefined;
  readonly extensionASTNodes?: readonly HasDirectives[];
}

interface HasDirectives {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

/** What SDL says of the element, where it is defined and where it is extended. */
export function directivesOf({ astNode, extensionASTNodes = [] }: Written): readonly ConstDirectiveNode[] {
  const defined = astNode?.directives ?? [];
  return extensionASTNodes.length === 0
    ? defined
    : defined.concat(extensionASTNodes.flatMap(({ directives = [] }) => directives));
}

function withWeight<Declaration extends { readonly weight?: number }>(
  declared: Declaration,
  directives: readonly ConstDirectiveNode[],
): Declaration {
  const weight = declared.weight ?? weightOf(directives);
  return weight === undefined ? declared : { ...declared, weight };
}

function weightOf(directives: readonly ConstDirectiveNode[]): number | undefined {
  const weight = argumentsOf('cost', directives)?.['weight'];
  return typeof weight === 'string' || typeof weight === 'number' ? Number(weight) : undefined;
}

function listSizeOf(directives: readonly ConstDirectiveNode[]): ListSizeDeclaration | undefined {
  const given = argumentsOf('listSize', directives);
  if (given === undefined) return undefined;
  const { requireOneSlicingArgument = true, ...rest } = given;
  const slices = Array.isArray(given['slicingArguments']) && given['slicingArguments'].length > 0;
  return { ...rest, ...(slices ? { requireOneSlicingArgument: requireOneSlicingArgument === true } : {}) };
}

function rateLimitOf(directives: readonly ConstDirectiveNode[]): RateLimitDeclaration | undefined {
  const { max, window, identityArgs } = argumentsOf('rateLimit', directives) ?? {};
  // A directive of the name that is something else has others.
  if (typeof max !== 'number' || typeof window !== 'string') return undefined;
  return { max, window, ...(Array.isArray(identityArgs) && { identityArgs }) };
}

function argumentsOf(
  name: string,
  directives: readonly ConstDirectiveNode[],
): Readonly<Record<string, unknown>> | undefined {
  const directive = directives.find((candidate) => candidate.name.value === name);
  return directive && valuesOf(directive);
}

/** Arguments of directives that are lists: one value is a list of one there (GraphQL spec §3.11). */
const lists: ReadonlySet<string> = new Set(['slicingArguments', 'sizedFields', 'identityArgs']);

/** The arguments of a directive in SDL, but those that are null. */
export function valuesOf(directive: ConstDirectiveNode): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    (directive.arguments ?? [])
      .filter(({ value }) => value.kind !== Kind.NULL)
      .map(({ name: { value: name }, value: node }) => {
        const value: unknown = valueFromASTUntyped(node);
        return [name, lists.has(name) && !Array.isArray(value) ? [value] : value];
      }),
  );
}
