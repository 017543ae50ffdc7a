import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

/** A root field of a schema, and an operation that calls it with a variable for each of its arguments. */
export interface RootField {
  readonly operation: 'query' | 'mutation' | 'subscription';
  readonly name: string;
  readonly arguments: readonly GraphQLArgument[];
  readonly document: string;
  /** Object types that a mutation's payload holds, by the field that holds them: `apiKey` → `ApiKey`. */
  readonly payload: Readonly<Record<string, string>>;
}

export function rootFields(schema: GraphQLSchema): readonly RootField[] {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const;
  return roots.flatMap(([operation, type]) =>
    Object.values(type?.getFields() ?? {}).map((field) => ({
      operation,
      name: field.name,
      arguments: field.args,
      document: documentOf(operation, field),
      payload: payloadOf(field),
    })),
  );
}

function documentOf(operation: RootField['operation'], { name, args, type }: GraphQLField<unknown, unknown>): string {
  const definitions = args.length > 0 ? `(${args.map((one) => `$${one.name}: ${variableType(one)}`).join(', ')})` : '';
  const given = args.length > 0 ? `(${args.map((one) => `${one.name}: $${one.name}`).join(', ')})` : '';
  return `${operation} Generated${definitions} { ${name}${given}${selectionOf(type)} }`;
}

/** What has a default need not be given, so its variable may be absent (GraphQL spec §5.8.5). */
function variableType({ type, defaultValue }: GraphQLArgument): string {
  return String(isNonNullType(type) && defaultValue !== undefined ? type.ofType : type);
}

function selectionOf(type: GraphQLField<unknown, unknown>['type']): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  return isObjectType(named) && 'nodes' in named.getFields() ? ' { nodes { __typename } }' : ' { __typename }';
}

function payloadOf({ type }: GraphQLField<unknown, unknown>): Record<string, string> {
  const named = getNamedType(type);
  if (!isObjectType(named)) return {};
  const objects = Object.values(named.getFields()).filter((field) => isObjectType(getNamedType(field.type)));
  return Object.fromEntries(objects.map((field) => [field.name, getNamedType(field.type).name]));
}

/** Where a scalar or enum value is given: the argument, the input fields below it, and its type. */
export interface Leaf {
  readonly path: readonly string[];
  readonly type: GraphQLNamedInputType;
}

export function leavesOf({ arguments: given }: RootField): readonly Leaf[] {
  return given.flatMap((argument) => leavesBelow(argument, []));
}

function leavesBelow({ name, type }: GraphQLArgument | GraphQLInputField, above: readonly string[]): readonly Leaf[] {
  const path = [...above, name];
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return [{ path, type: named }];
  if (path.length > 6) return [];
  return Object.values(named.getFields()).flatMap((field) => leavesBelow(field, path));
}

/** A value for a leaf that must be there; by its name, since a country code is no name. */
export type PlainValue = (name: string, type: GraphQLNamedInputType) => unknown;

/** Variables that give what must be given and, at the path of a leaf, this value. */
export function variablesOf(
  { arguments: given }: RootField,
  plain: PlainValue,
  leaf: readonly string[] = [],
  value?: unknown,
): Record<string, unknown> {
  const needed = given.filter((argument) => isRequiredArgument(argument) || argument.name === leaf[0]);
  return Object.fromEntries(needed.map((argument) => [argument.name, inputValue(argument, plain, leaf, value)]));
}

function inputValue(
  { name, type }: GraphQLArgument | GraphQLInputField,
  plain: PlainValue,
  leaf: readonly string[],
  value: unknown,
): unknown {
  const below = leaf[0] === name ? leaf.slice(1) : undefined;
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return inList(type, below ? value : plainValue(name, named, plain));
  const all = Object.values(named.getFields());
  const one = below?.[0] ?? (named.isOneOf ? all[0]?.name : undefined);
  const needed = all.filter((field) => isRequiredInputField(field) || field.name === one);
  const entries = needed.map((field) => [field.name, inputValue(field, plain, below ?? [], value)]);
  return inList(type, Object.fromEntries(entries));
}

function plainValue(name: string, type: GraphQLNamedInputType, plain: PlainValue): unknown {
  return isEnumType(type) ? type.getValues()[0]?.name : plain(name, type);
}

function inList(type: GraphQLInputType, value: unknown): unknown {
  const nullable = isNonNullType(type) ? type.ofType : type;
  return isListType(nullable) ? [value] : value;
}
