import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql';
import { readArgument, readField, readInputField, readType } from '../plan/compile-schema/read-declarations.ts';
import type { CompiledSchema } from '../plan/compiled-schema.ts';
import type { ListSizeDeclaration } from '../plan/declarations.ts';

/** IBM's directives, as their draft defines them, and ours for call limits. */
const definitions = /* GraphQL */ `
  "Price in points: of one call of a field, of one instance of a type, of an argument or input field that is given."
  directive @cost(weight: String!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR

  "How long a list can be, or the lists below a connection: as long as the largest slicing argument, else the assumed size."
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION

  "How often one key may call the field in a window of time, for the same values of the identity arguments."
  directive @rateLimit(max: Int!, window: String!, identityArgs: [String!]) on FIELD_DEFINITION
`;

/**
 * SDL with the prices that were declared, as directives. With the compiled schema also the list sizes that were
 * inferred, such as those of connections. The definitions are printed only when something uses them.
 */
export function printSchemaWithCost(schema: GraphQLSchema, compiled?: CompiledSchema): string {
  let used = false;
  const applied = (directives: readonly ConstDirectiveNode[]) => {
    used ||= directives.length > 0;
    return directives;
  };
  const document = visit(parse(printSchema(schema), { noLocation: true }), {
    ObjectTypeDefinition: (type) => ({
      ...type,
      directives: applied(weightDirectives(typeOf(schema, type.name.value))),
      fields: (type.fields ?? []).map((field) => ({
        ...field,
        directives: [
          ...(field.directives ?? []),
          ...applied(fieldDirectives(schema, compiled, type.name.value, field.name.value)),
        ],
        arguments: (field.arguments ?? []).map((argument) => ({
          ...argument,
          directives: [
            ...(argument.directives ?? []),
            ...applied(weightDirectives(argumentOf(schema, type.name.value, field.name.value, argument.name.value))),
          ],
        })),
      })),
    }),
    InputObjectTypeDefinition: (type) => ({
      ...type,
      fields: (type.fields ?? []).map((field) => ({
        ...field,
        directives: [
          ...(field.directives ?? []),
          ...applied(weightDirectives(inputFieldOf(schema, type.name.value, field.name.value))),
        ],
      })),
    }),
    ScalarTypeDefinition: (type) => ({
      ...type,
      directives: [...(type.directives ?? []), ...applied(weightDirectives(typeOf(schema, type.name.value)))],
    }),
    EnumTypeDefinition: (type) => ({ ...type, directives: applied(weightDirectives(typeOf(schema, type.name.value))) }),
  });
  return used ? print(withDefinitions(document)) : print(document);
}

function withDefinitions(document: DocumentNode): DocumentNode {
  const missing = parse(definitions, { noLocation: true }).definitions.filter(
    (definition) =>
      definition.kind === Kind.DIRECTIVE_DEFINITION &&
      !document.definitions.some(
        (known) => known.kind === definition.kind && known.name.value === definition.name.value,
      ),
  );
  return { ...document, definitions: [...missing, ...document.definitions] };
}

function fieldDirectives(
  schema: GraphQLSchema,
  compiled: CompiledSchema | undefined,
  typeName: string,
  fieldName: string,
): ConstDirectiveNode[] {
  const field = fieldOf(schema, typeName, fieldName);
  const { cost, rateLimit } = field ? readField(field) : {};
  const listSize = compiled?.objectByName.get(typeName)?.fields.get(fieldName)?.listSize ?? cost?.listSize;
  return [
    ...(cost?.weight === undefined ? [] : [directive('cost', { weight: `${cost.weight}` })]),
    ...(listSize ? [listSizeDirective(listSize)] : []),
    ...(rateLimit ? [directive('rateLimit', { ...rateLimit })] : []),
  ];
}

/** A default page is IBM's assumed size without a required slicing argument. */
function listSizeDirective(
  size: { readonly [Name in keyof ListSizeDeclaration]?: ListSizeDeclaration[Name] | undefined },
) {
  const { slicingArguments = [], sizedFields = [], requireOneSlicingArgument = true } = size;
  return directive('listSize', {
    assumedSize: size.assumedSize ?? size.defaultSize,
    ...(slicingArguments.length > 0 && { slicingArguments }),
    ...(sizedFields.length > 0 && { sizedFields }),
    ...(slicingArguments.length > 0 && !requireOneSlicingArgument && { requireOneSlicingArgument }),
  });
}

function weightDirectives({ weight }: { readonly weight?: number } = {}): ConstDirectiveNode[] {
  return weight === undefined ? [] : [directive('cost', { weight: `${weight}` })];
}

function fieldOf(schema: GraphQLSchema, typeName: string, fieldName: string) {
  const type = schema.getType(typeName);
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined;
}

function typeOf(schema: GraphQLSchema, name: string) {
  const type = schema.getType(name);
  return type && readType(type);
}

function argumentOf(schema: GraphQLSchema, typeName: string, fieldName: string, argumentName: string) {
  const argument = fieldOf(schema, typeName, fieldName)?.args.find(({ name }) => name === argumentName);
  return argument && readArgument(argument);
}

function inputFieldOf(schema: GraphQLSchema, typeName: string, fieldName: string) {
  const type = schema.getType(typeName);
  const field = isInputObjectType(type) ? type.getFields()[fieldName] : undefined;
  return field && readInputField(field);
}

function directive(name: string, values: Readonly<Record<string, unknown>>): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([argument, value]) => ({
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: argument },
        value: valueNode(value),
      })),
  };
}

function valueNode(value: unknown): ConstValueNode {
  if (Array.isArray(value)) return { kind: Kind.LIST, values: value.map(valueNode) };
  if (typeof value === 'number') return { kind: Kind.INT, value: `${value}` };
  if (typeof value === 'boolean') return { kind: Kind.BOOLEAN, value };
  return { kind: Kind.STRING, value: String(value) };
}
