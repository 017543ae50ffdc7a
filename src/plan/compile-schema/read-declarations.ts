import {
  type ConstDirectiveNode,
  type GraphQLArgument,
  type GraphQLEnumValue,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLSchema,
  Kind,
  valueFromASTUntyped,
} from 'graphql';
import {
  type ArgumentDeclaration,
  type EnumValueDeclaration,
  extensionName,
  type FieldDeclaration,
  type InputFieldDeclaration,
  type InputTypeDeclaration,
  type ListSizeDeclaration,
  type SchemaDeclaration,
  type TypeDeclaration,
} from '../declarations.ts';

/**
 * What is declared on an element: its `extensions.fieldpass`, over IBM's `@cost` and `@listSize` where the element comes
 * from SDL (IBM GraphQL Cost Directives specification §3).
 */
export function readField(field: GraphQLField<unknown, unknown>): FieldDeclaration {
  const declared = fromExtensions<FieldDeclaration>(field.extensions);
  const weight = declared.cost?.weight ?? weightOf(field.astNode?.directives);
  const listSize = declared.cost?.listSize ?? listSizeOf(field.astNode?.directives);
  if (weight === undefined && listSize === undefined) return declared;
  return {
    ...declared,
    cost: { ...(weight === undefined ? {} : { weight }), ...(listSize === undefined ? {} : { listSize }) },
  };
}

export function readArgument(argument: GraphQLArgument): ArgumentDeclaration {
  return withWeight(fromExtensions<ArgumentDeclaration>(argument.extensions), argument.astNode?.directives);
}

export function readType(type: GraphQLNamedType): TypeDeclaration {
  return withWeight(fromExtensions<TypeDeclaration>(type.extensions), type.astNode?.directives);
}

export function readInputType(type: GraphQLInputObjectType): InputTypeDeclaration {
  return fromExtensions<InputTypeDeclaration>(type.extensions);
}

export function readInputField(field: GraphQLInputField): InputFieldDeclaration {
  return withWeight(fromExtensions<InputFieldDeclaration>(field.extensions), field.astNode?.directives);
}

export function readEnumValue(value: GraphQLEnumValue): EnumValueDeclaration {
  return fromExtensions<EnumValueDeclaration>(value.extensions);
}

export function readSchema(schema: GraphQLSchema): SchemaDeclaration {
  return fromExtensions<SchemaDeclaration>(schema.extensions);
}

/** Declarations are written by the API's author in code, so their shape is trusted; their names are checked later. */
function fromExtensions<Declaration extends object>(
  extensions: Readonly<Record<string, unknown>>,
): Partial<Declaration> {
  return (extensions[extensionName] ?? {}) as Partial<Declaration>;
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
