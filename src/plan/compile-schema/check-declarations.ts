import {
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { nearestName } from '../../kernel/nearest-name.ts';
import {
  type ArgumentDeclaration,
  type EnumValueDeclaration,
  extensionName,
  type FieldDeclaration,
  type InputFieldDeclaration,
  type InputTypeDeclaration,
  type SchemaDeclaration,
  type TypeDeclaration,
} from '../declarations.ts';
import type { ProblemList } from '../schema-declaration-error.ts';

/** Every name of a declaration: a record, so that the compiler misses none. */
type NamesOf<Declaration> = Readonly<Record<keyof Declaration, true>>;

const ofField: NamesOf<FieldDeclaration> = {
  verbs: true,
  explicit: true,
  open: true,
  transparent: true,
  reads: true,
  deletes: true,
  cost: true,
  rateLimit: true,
};
const ofArgument: NamesOf<ArgumentDeclaration> = { looksAt: true, sets: true, weight: true };
const ofOutputType: NamesOf<TypeDeclaration> = { open: true, weight: true };
const ofInputType: NamesOf<InputTypeDeclaration> = { entity: true, use: true };
const ofInputField: NamesOf<InputFieldDeclaration> = { looksAt: true, sets: true, weight: true };
const ofEnumValue: NamesOf<EnumValueDeclaration> = { looksAt: true };
const ofSchema: NamesOf<SchemaDeclaration> = { defaultAssumedSize: true, undeclaredArguments: true };

interface Extended {
  readonly extensions: Readonly<Record<string, unknown>>;
}

/**
 * Reports declarations under names that mean nothing. A misspelt `explicit` that were silently left out would open what
 * its author meant to close (cf. GHSA-g8jh-vg5j-4h3f: renamed directives were ignored).
 */
export function checkDeclarationNames(schema: GraphQLSchema, problems: ProblemList): void {
  check(schema, 'schema', ofSchema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue;
    const { name } = type;
    check(type, name, isInputObjectType(type) ? ofInputType : ofOutputType);
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        check(field, `${name}.${field.name}`, ofField);
        for (const argument of field.args) check(argument, `${name}.${field.name}(${argument.name}:)`, ofArgument);
      }
    } else if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) check(field, `${name}.${field.name}`, ofInputField);
    } else if (isEnumType(type)) {
      for (const value of type.getValues()) check(value, `${name}.${value.name}`, ofEnumValue);
    }
  }

  function check({ extensions }: Extended, coordinate: string, known: Readonly<Record<string, true>>): void {
    const declared = extensions[extensionName];
    if (typeof declared !== 'object' || declared === null) return;
    for (const name of Object.keys(declared)) {
      if (Object.hasOwn(known, name)) continue;
      const nearest = nearestName(name, Object.keys(known));
      const hint =
        nearest === undefined ? `; there are ${Object.keys(known).join(', ')}` : `; did you mean "${nearest}"?`;
      problems.report('INVALID_DECLARATION', coordinate, `declares "${name}", which means nothing here${hint}`);
    }
  }
}
