import {
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { CompiledObject, CompiledSchema } from '../../plan/compiled-schema.ts';
import type { Sight } from '../sight.ts';

type OutputField = GraphQLField<unknown, unknown>;

/** Which composite types a view shows, and as what. */
export interface ShownTypes {
  /** Visible object types of an object or abstract type, in index order. */
  membersOf(type: GraphQLNamedType): readonly CompiledObject[];
  objectNamed(name: string): GraphQLObjectType | undefined;
  /** Visible fields; of an interface those that are visible on all its visible object types (F4). */
  fieldsOf(type: GraphQLObjectType | GraphQLInterfaceType): readonly OutputField[];
  /** An interface of whose fields none is visible is shown as a union of its visible types: it still leads to them. */
  isShownAsInterface(type: GraphQLInterfaceType): boolean;
  /** The argument is visible wherever the field is; of an interface, on all its visible types. */
  seesArgument(type: GraphQLObjectType | GraphQLInterfaceType, field: OutputField, argument: string): boolean;
}

export function shownTypes(schema: CompiledSchema, sight: Sight): ShownTypes {
  const members = new Map<string, readonly CompiledObject[]>();
  const interfaces = Object.values(schema.schema.getTypeMap()).filter(isInterfaceType);
  const fields = new Map<GraphQLInterfaceType, OutputField[]>();
  for (const type of interfaces) {
    const seen = membersOf(type);
    const onAll = ({ name }: OutputField) =>
      seen.every((object) => {
        const field = object.fields.get(name);
        return field !== undefined && sight.seesField(field);
      });
    fields.set(type, seen.length === 0 ? [] : Object.values(type.getFields()).filter(onAll));
  }
  hideWhatNoLongerFits();
  return { membersOf, objectNamed, fieldsOf, isShownAsInterface, seesArgument };

  function membersOf(type: GraphQLNamedType): readonly CompiledObject[] {
    const known = members.get(type.name);
    if (known !== undefined) return known;
    const possible = isObjectType(type) || isAbstractType(type) ? schema.possibleTypes(type) : [];
    const seen = possible.filter(sight.seesObject);
    members.set(type.name, seen);
    return seen;
  }

  function objectNamed(name: string): GraphQLObjectType | undefined {
    const type = schema.schema.getType(name);
    return isObjectType(type) ? type : undefined;
  }

  function fieldsOf(type: GraphQLObjectType | GraphQLInterfaceType): readonly OutputField[] {
    if (isInterfaceType(type)) return fields.get(type) ?? [];
    const object = schema.objectByName.get(type.name);
    return Object.values(type.getFields()).filter(({ name }) => {
      const field = object?.fields.get(name);
      return field !== undefined && sight.seesField(field);
    });
  }

  function isShownAsInterface(type: GraphQLInterfaceType): boolean {
    return fieldsOf(type).length > 0;
  }

  function seesArgument(
    type: GraphQLObjectType | GraphQLInterfaceType,
    { name }: OutputField,
    argumentName: string,
  ): boolean {
    return membersOf(type).every((object) => {
      const field = object.fields.get(name);
      const argument = field?.arguments.get(argumentName);
      return field !== undefined && argument !== undefined && sight.seesArgument(field, argument);
    });
  }

  /**
   * An interface that became a union is no longer above other interfaces. A field whose implementations need that
   * leaves its interface, which may then become a union itself: repeated until nothing changes.
   */
  function hideWhatNoLongerFits(): void {
    for (let changed = true; changed; ) {
      changed = false;
      for (const type of interfaces) {
        const before = fields.get(type) ?? [];
        const after = before.filter((field) => implementersOf(type).every((implementer) => fits(field, implementer)));
        if (after.length === before.length) continue;
        fields.set(type, after);
        changed = true;
      }
    }
  }

  function implementersOf(type: GraphQLInterfaceType): readonly (GraphQLObjectType | GraphQLInterfaceType)[] {
    const { objects, interfaces: below } = schema.schema.getImplementations(type);
    return [...objects, ...below.filter(isShownAsInterface)].filter((implementer) => membersOf(implementer).length > 0);
  }

  function fits({ name, type }: OutputField, implementer: GraphQLObjectType | GraphQLInterfaceType): boolean {
    const own = fieldsOf(implementer).find((field) => field.name === name);
    if (own === undefined) return false;
    const [wide, narrow] = [getNamedType(type), getNamedType(own.type)];
    if (wide === narrow || isObjectType(narrow) || !isInterfaceType(wide)) return true;
    return isShownAsInterface(wide) && isInterfaceType(narrow) && isShownAsInterface(narrow);
  }
}
