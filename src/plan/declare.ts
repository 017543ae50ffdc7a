import {
  type GraphQLField,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { nearestName } from '../kernel/nearest-name.ts';
import type {
  ArgumentDeclaration,
  CoordinateText,
  EnumValueDeclaration,
  FieldDeclaration,
  InputFieldDeclaration,
  InputTypeDeclaration,
  SchemaDeclaration,
  TypeDeclaration,
} from './declarations.ts';
import { declaredIn, declaring } from './declared.ts';
import { type ProblemList, problemList } from './schema-declaration-error.ts';

/** Declarations of a schema that was not written for Fieldpass. Names are coordinates of the GraphQL specification. */
export interface DeclarationConfig extends SchemaDeclaration {
  /** By field name; `default` is the rule for the rest. */
  readonly mutations?: Readonly<Record<string, NonNullable<FieldDeclaration['verbs']> | FieldDeclaration>>;
  /** `Type.field`; of an interface's field, for all its object types. */
  readonly fields?: Readonly<Record<CoordinateText, FieldDeclaration>>;
  /** `Type.field(argument:)`. */
  readonly arguments?: Readonly<Record<string, ArgumentDeclaration>>;
  readonly types?: Readonly<Record<string, TypeDeclaration>>;
  readonly inputs?: Readonly<Record<string, InputTypeDeclaration>>;
  /** `Input.field`. */
  readonly inputFields?: Readonly<Record<CoordinateText, InputFieldDeclaration>>;
  /** `Enum.VALUE`. */
  readonly enumValues?: Readonly<Record<CoordinateText, EnumValueDeclaration>>;
  /** Fields that no wildcard matches. */
  readonly explicit?: readonly CoordinateText[];
  /** Fields that every valid key may read. */
  readonly open?: readonly CoordinateText[];
}

interface Declarable {
  extensions: Readonly<Record<string, unknown>>;
}

/**
 * Writes the declarations into the schema's `extensions.fieldpass`, in place, over what is declared there, and answers
 * the schema. Throws a `SchemaDeclarationError` that lists every name that does not exist.
 */
export function declare(schema: GraphQLSchema, config: DeclarationConfig): GraphQLSchema {
  const problems = problemList();
  const { defaultAssumedSize, undeclaredArguments } = config;
  write(schema, { defaultAssumedSize, undeclaredArguments });
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
    if (type) write(type, declaration);
    else unknown(problems, name, name, Object.keys(types));
  }
  for (const [text, declaration] of Object.entries(config.inputFields ?? {})) {
    const [typeName = '', name = ''] = text.split('.', 2);
    const type = schema.getType(typeName);
    const field = isInputObjectType(type) ? type.getFields()[name] : undefined;
    if (field) write(field, declaration);
    else unknown(problems, text, name, isInputObjectType(type) ? Object.keys(type.getFields()) : []);
  }
  for (const [text, declaration] of Object.entries(config.enumValues ?? {})) {
    const [typeName = '', name = ''] = text.split('.', 2);
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
  const [typeName = '', name = ''] = text.split('.', 2);
  const type = schema.getType(typeName);
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
