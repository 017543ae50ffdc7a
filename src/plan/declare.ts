import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import { nearestName } from '../kernel/nearest-name.ts';
import { configShape, shapeProblems } from './declaration-shapes.ts';
import type { DeclarationConfig, FieldDeclaration } from './declarations.ts';
import { declaredIn, declaring } from './declared.ts';
import { readCoordinate } from './read-coordinate.ts';
import { type ProblemList, problemList } from './schema-declaration-error.ts';

interface Declarable {
  extensions: Readonly<Record<string, unknown>>;
}

/**
 * Writes the declarations into the schema's `extensions.fieldpass`, in place, over what is declared there, and answers
 * the schema. Throws a `SchemaDeclarationError` that lists every name that does not exist, or
 * before that every member that means nothing and every value that is none.
 */
export function declare(schema: GraphQLSchema, config: DeclarationConfig): GraphQLSchema {
  const problems = problemList();
  checkConfig(config, problems);
  problems.throwIfAny();
  const { defaultAssumedSize, whenLonger, undeclaredArguments } = config;
  write(schema, { defaultAssumedSize, whenLonger, undeclaredArguments });
  declareMutations(schema, config, problems);
  for (const [text, declaration] of Object.entries(config.fields ?? {})) {
    for (const field of fieldsNamed(schema, text, problems)) write(field, declaration);
  }
  for (const text of config.explicit ?? []) {
    for (const field of fieldsNamed(schema, text, problems)) write(field, { explicit: true });
  }
  for (const text of config.open ?? []) {
    for (const field of fieldsNamed(schema, text, problems)) write(field, { open: true });
  }
  for (const [text, declaration] of Object.entries(config.arguments ?? {})) {
    const [, coordinate = text, name = ''] = /^([^(]*)\(([^:)]*):\)$/.exec(text) ?? [];
    for (const field of fieldsNamed(schema, coordinate, problems)) {
      const argument = field.args.find((candidate) => candidate.name === name);
      if (argument) write(argument, declaration);
      else
        unknown(
          problems,
          text,
          name,
          field.args.map((candidate) => candidate.name),
        );
    }
  }
  declareTypes(schema, config, problems);
  problems.throwIfAny();
  return schema;
}

/** Members that hold declarations by name. */
const byName: ReadonlySet<PropertyKey | undefined> = new Set<keyof DeclarationConfig>([
  'mutations',
  'fields',
  'arguments',
  'types',
  'inputs',
  'inputFields',
  'enumValues',
]);

/** What stands below a name is reported at it. */
function checkConfig(config: DeclarationConfig, problems: ProblemList): void {
  const told = ([member, name]: readonly PropertyKey[]) => (name !== undefined && byName.has(member) ? 2 : 0);
  for (const { path, message } of shapeProblems(config, configShape, told)) {
    const [member, name] = path;
    const coordinate =
      told(path) === 0 ? 'config' : member === 'mutations' ? `mutations.${String(name)}` : String(name);
    problems.report('INVALID_DECLARATION', coordinate, message);
  }
}

function declareMutations(schema: GraphQLSchema, { mutations = {} }: DeclarationConfig, problems: ProblemList): void {
  const fields = schema.getMutationType()?.getFields() ?? {};
  const { default: rest, ...named } = mutations;
  for (const name of Object.keys(named)) {
    if (!Object.hasOwn(fields, name)) unknown(problems, `mutations.${name}`, name, Object.keys(fields));
  }
  for (const field of Object.values(fields)) {
    const own = declaredIn<FieldDeclaration>(field.extensions).verbs;
    const declaration = Object.hasOwn(named, field.name) ? named[field.name] : own ? undefined : rest;
    if (declaration === undefined) continue;
    write(field, 'length' in declaration ? { verbs: declaration } : declaration);
  }
}

function declareTypes(schema: GraphQLSchema, config: DeclarationConfig, problems: ProblemList): void {
  const types = schema.getTypeMap();
  for (const [name, declaration] of Object.entries({ ...config.types, ...config.inputs })) {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type && isShared(type)) {
      const message =
        'is a type of GraphQL itself, which all schemas of the process share; declare fields or types of yours';
      problems.report('INVALID_DECLARATION', name, message);
    } else if (type) write(type, declaration);
    else unknown(problems, name, name, Object.keys(types));
  }
  for (const [text, declaration] of Object.entries(config.inputFields ?? {})) {
    const [typeName, name] = readCoordinate(text);
    const type = schema.getType(typeName);
    const field = isInputObjectType(type) ? type.getFields()[name] : undefined;
    if (field) write(field, declaration);
    else unknown(problems, text, name, isInputObjectType(type) ? Object.keys(type.getFields()) : []);
  }
  for (const [text, declaration] of Object.entries(config.enumValues ?? {})) {
    const [typeName, name] = readCoordinate(text);
    const type = schema.getType(typeName);
    const value = isEnumType(type) ? type.getValue(name) : undefined;
    if (value) write(value, declaration);
    else unknown(problems, text, name, isEnumType(type) ? type.getValues().map((candidate) => candidate.name) : []);
  }
}

/** The field, and with an interface's field the same field of each of its object types. */
function fieldsNamed(
  schema: GraphQLSchema,
  text: string,
  problems: ProblemList,
): readonly GraphQLField<unknown, unknown>[] {
  const [typeName, name] = readCoordinate(text);
  const named = schema.getType(typeName);
  const type = named && isShared(named) ? undefined : named;
  const types = isObjectType(type) || isInterfaceType(type) ? [type] : [];
  const all = isAbstractType(type) ? [...types, ...schema.getPossibleTypes(type)] : types;
  const fields = all.flatMap((candidate) => candidate.getFields()[name] ?? []);
  if (fields.length === 0) {
    unknown(
      problems,
      text,
      name,
      types.flatMap((candidate) => Object.keys(candidate.getFields())),
    );
  }
  return fields;
}

/** There is one of it in the process: what is declared there would be declared on every schema. */
function isShared(type: GraphQLNamedType): boolean {
  return isIntrospectionType(type) || (isScalarType(type) && isSpecifiedScalarType(type));
}

function write(element: Declarable, declaration: object): void {
  element.extensions = declaring(element.extensions, declaration);
}

function unknown(problems: ProblemList, declaredAt: string, name: string, candidates: readonly string[]): void {
  const nearest = nearestName(name, candidates);
  problems.report(
    'UNKNOWN_NAME',
    declaredAt,
    `is declared, but does not exist${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`,
  );
}
