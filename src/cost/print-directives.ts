import {
  buildASTSchema,
  type ConstDirectiveNode,
  DirectiveLocation,
  type DocumentNode,
  type GraphQLDirective,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isSpecifiedDirective,
  Kind,
  parse,
  print,
  printSchema,
  valueFromAST,
  visit,
} from 'graphql';
import { readArgument, readField, readInputField, readType } from '../plan/compile-schema/read-declarations.ts';
import type { CompiledSchema } from '../plan/compiled-schema.ts';
import { listSizeDirective, rateLimitDirective, type WeightAs, weightDirectives } from './directive-nodes.ts';

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
  return printWithDirectives(schema, { schema, compiled });
}

/**
 * SDL of a part of a schema, with the prices that the whole declares or infers for what the part shows. No argument of
 * these directives names what is not shown: hidden slicing arguments, sized fields and identity arguments are left out.
 */
export function printViewWithCost(view: GraphQLSchema, compiled: CompiledSchema): string {
  return printWithDirectives(view, { schema: compiled.schema, compiled });
}

/** Where the declarations are. */
interface Declared {
  readonly schema: GraphQLSchema;
  readonly compiled: CompiledSchema | undefined;
}

/** A directive where it was put. */
interface Applied {
  readonly node: ConstDirectiveNode;
  readonly location: DirectiveLocation;
}

/**
 * A directive of the API's own that has the name of one of these is kept where what is printed is right by it, and else
 * gives way: whoever reads the SDL must be able to build it.
 */
function printWithDirectives(shown: GraphQLSchema, declared: Declared): string {
  const weight = shown.getDirective('cost')?.args.find(({ name }) => name === 'weight')?.type;
  const isNumber = weight !== undefined && ['Int', 'Float'].includes(getNamedType(weight).name);
  let { document, applied } = annotated(shown, declared, isNumber ? 'NUMBER' : 'TEXT');
  const misfits = (name: string) => {
    const known = shown.getDirective(name);
    return known != null && applied.some((one) => one.node.name.value === name && !accepts(known, one));
  };
  const replaced = new Set(['cost', 'listSize', 'rateLimit'].filter(misfits));
  if (isNumber && replaced.has('cost')) ({ document, applied } = annotated(shown, declared, 'TEXT'));
  return applied.length > 0 ? print(withDefinitions(document, replaced)) : print(document);
}

function accepts({ args, locations }: GraphQLDirective, { node, location }: Applied): boolean {
  const given = new Map((node.arguments ?? []).map(({ name, value }) => [name.value, value]));
  const isKnown = [...given.keys()].every((name) => args.some((argument) => argument.name === name));
  return (
    isKnown &&
    locations.includes(location) &&
    args.every((argument) => {
      const value = given.get(argument.name);
      return value ? valueFromAST(value, argument.type) !== undefined : !isRequiredArgument(argument);
    })
  );
}

function annotated(shown: GraphQLSchema, declared: Declared, weightAs: WeightAs) {
  const { schema } = declared;
  const all: Applied[] = [];
  const applied = (location: DirectiveLocation, directives: readonly ConstDirectiveNode[]) => {
    all.push(...directives.map((node) => ({ node, location })));
    return directives;
  };
  const weightOf = (element: { readonly weight?: number } | undefined) => weightDirectives(element, weightAs);
  const document = visit(parse(printSchema(shown), { noLocation: true }), {
    ObjectTypeDefinition: (type) => ({
      ...type,
      directives: applied(DirectiveLocation.OBJECT, weightOf(typeOf(schema, type.name.value))),
      fields: (type.fields ?? []).map((field) => ({
        ...field,
        directives: [
          ...(field.directives ?? []),
          ...applied(
            DirectiveLocation.FIELD_DEFINITION,
            fieldDirectives(shown, declared, type.name.value, field.name.value, weightAs),
          ),
        ],
        arguments: (field.arguments ?? []).map((argument) => ({
          ...argument,
          directives: [
            ...(argument.directives ?? []),
            ...applied(
              DirectiveLocation.ARGUMENT_DEFINITION,
              weightOf(argumentOf(schema, type.name.value, field.name.value, argument.name.value)),
            ),
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
          ...applied(
            DirectiveLocation.INPUT_FIELD_DEFINITION,
            weightOf(inputFieldOf(schema, type.name.value, field.name.value)),
          ),
        ],
      })),
    }),
    ScalarTypeDefinition: (type) => ({
      ...type,
      directives: [
        ...(type.directives ?? []),
        ...applied(DirectiveLocation.SCALAR, weightOf(typeOf(schema, type.name.value))),
      ],
    }),
    EnumTypeDefinition: (type) => ({
      ...type,
      directives: applied(DirectiveLocation.ENUM, weightOf(typeOf(schema, type.name.value))),
    }),
  });
  return { document, applied: all };
}

/** The same definitions, for a view whose introspection shall list them. */
export function costDirectives(): readonly GraphQLDirective[] {
  return buildASTSchema(parse(definitions, { noLocation: true }))
    .getDirectives()
    .filter((directive) => !isSpecifiedDirective(directive));
}

function withDefinitions(document: DocumentNode, replaced: ReadonlySet<string>): DocumentNode {
  const kept = document.definitions.filter(
    (known) => known.kind !== Kind.DIRECTIVE_DEFINITION || !replaced.has(known.name.value),
  );
  const missing = parse(definitions, { noLocation: true }).definitions.filter(
    (definition) =>
      definition.kind === Kind.DIRECTIVE_DEFINITION &&
      !kept.some((known) => known.kind === definition.kind && known.name.value === definition.name.value),
  );
  return { ...document, definitions: [...missing, ...kept] };
}

function fieldDirectives(
  shown: GraphQLSchema,
  { schema, compiled }: Declared,
  typeName: string,
  fieldName: string,
  weightAs: WeightAs,
): ConstDirectiveNode[] {
  const field = fieldOf(schema, typeName, fieldName);
  const seen = fieldOf(shown, typeName, fieldName);
  if (!field || !seen) return [];
  const { cost, rateLimit } = readField(field);
  const listSize = compiled?.objectByName.get(typeName)?.fields.get(fieldName)?.listSize ?? cost?.listSize;
  return [
    ...weightDirectives(cost, weightAs),
    ...(listSize ? listSizeDirective(listSize, seen) : []),
    ...(rateLimit ? [rateLimitDirective(rateLimit, seen)] : []),
  ];
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
