import {
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isRequiredInputField,
  isSpecifiedDirective,
} from 'graphql';
import { readInputType } from '../../plan/compile-schema/read-declarations.ts';
import type { ShownInputs } from './shown-inputs.ts';

/** Enums and input objects that a view shows because directives take them, with what it shows of all others. */
export interface DirectiveInputs {
  readonly inputs: ShownInputs;
  readonly reachable: ReadonlySet<GraphQLNamedType>;
}

/**
 * Enums and inputs that nothing but directives of the API take are no data, and hide nothing: every view has them, with
 * all their values and fields. Those that fields take too, and inputs that map to a type, are shown as the fields show them.
 */
export function withDirectiveInputs(
  schema: GraphQLSchema,
  inputs: ShownInputs,
  reachable: ReadonlySet<GraphQLNamedType>,
): DirectiveInputs {
  const ofData = typesOfData(schema);
  const free = reach(argumentTypes(schema.getDirectives().filter((directive) => !isSpecifiedDirective(directive))));
  for (const type of free) {
    const isMapped = isInputObjectType(type) && readInputType(type).entity !== undefined;
    if (ofData.has(type) || isMapped) free.delete(type);
  }
  const isShown = (type: GraphQLNamedType) => !isOfInputs(type) || free.has(type) || reachable.has(type);
  const shownFields = (type: GraphQLInputObjectType) =>
    Object.values(type.getFields()).filter((field) => isShown(getNamedType(field.type)));
  // What needs something that is not shown can be given nowhere; that may be true of what needs it in turn.
  for (let changes = true; changes; ) {
    const unusable = [...free].filter((type) => isInputObjectType(type) && !isUsable(type));
    changes = unusable.length > 0;
    for (const type of unusable) free.delete(type);
  }
  const byName = new Map([...free].map((type) => [type.name, type]));
  const fieldNames = new Map(
    [...free].filter(isInputObjectType).map((type) => [type.name, new Set(shownFields(type).map(({ name }) => name))]),
  );
  return {
    reachable: new Set([...reachable, ...free]),
    inputs: {
      fieldsOf: (type) => fieldNames.get(type.name) ?? inputs.fieldsOf(type),
      seesInputField: (type, field) => fieldNames.get(type)?.has(field) ?? inputs.seesInputField(type, field),
      seesEnumValue: (type, value) => byName.has(type) || inputs.seesEnumValue(type, value),
    },
  };

  function isUsable(type: GraphQLInputObjectType): boolean {
    const all = Object.values(type.getFields());
    return (
      shownFields(type).length > 0 &&
      all.every((field) => !isRequiredInputField(field) || isShown(getNamedType(field.type)))
    );
  }
}

function isOfInputs(type: GraphQLNamedType): boolean {
  return isEnumType(type) || isInputObjectType(type);
}

type Taking = { readonly args: readonly { readonly type: Parameters<typeof getNamedType>[0] }[] };

function argumentTypes(takers: readonly Taking[]): GraphQLNamedType[] {
  return takers.flatMap(({ args }) => args.map(({ type }) => getNamedType(type) as GraphQLNamedType));
}

/** Enums and inputs among these, and below them. */
function reach(from: readonly GraphQLNamedType[]): Set<GraphQLNamedType> {
  const reached = new Set<GraphQLNamedType>();
  const pending = [...from];
  for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
    if (!isOfInputs(type) || reached.has(type)) continue;
    reached.add(type);
    if (isInputObjectType(type)) {
      pending.push(...Object.values(type.getFields()).map((field) => getNamedType(field.type) as GraphQLNamedType));
    }
  }
  return reached;
}

/** Whatever fields answer with or take, whoever may see them. */
function typesOfData(schema: GraphQLSchema): ReadonlySet<GraphQLNamedType> {
  const fields = Object.values(schema.getTypeMap()).flatMap((type) =>
    (isObjectType(type) || isInterfaceType(type)) && !isIntrospectionType(type) ? Object.values(type.getFields()) : [],
  );
  return reach([...argumentTypes(fields), ...fields.map(({ type }) => getNamedType(type))]);
}
