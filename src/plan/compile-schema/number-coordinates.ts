import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { isAbstractType, isObjectType } from 'graphql';
import { nearestName } from '../../kernel/nearest-name.ts';
import type { Coordinate, PrivilegeBit } from '../compiled-schema.ts';
import { privilegeBit } from '../privilege-bit.ts';
import type { ProblemList } from '../schema-declaration-error.ts';
import type { Verb } from '../verb.ts';
import { readField, readType } from './read-declarations.ts';
import { objectTypes, type ProvenStructure } from './structure.ts';

/** Every coordinate of a schema and its number; input coordinates join while inputs are compiled. */
export interface Coordinates {
  readonly list: Coordinate[];
  readonly byText: Map<string, Coordinate>;
  ofField(type: string, field: string): Coordinate | undefined;
  /** The coordinate of an input field that maps to no entity. */
  ofInput(type: string, field: string): Coordinate;
  /**
   * Bits of `Type.field` in a declaration. An abstract type stands for all its object types. A name that does not exist
   * is reported at `declaredAt`.
   */
  bitsOf(text: string, verb: Verb, declaredAt: string): readonly PrivilegeBit[];
}

export function numberCoordinates(
  schema: GraphQLSchema,
  structure: ProvenStructure,
  problems: ProblemList,
): Coordinates {
  const list: Coordinate[] = [];
  const byText = new Map<string, Coordinate>();
  const add = (coordinate: Omit<Coordinate, 'id'>): Coordinate => {
    const numbered = { id: list.length, ...coordinate };
    list.push(numbered);
    byText.set(`${coordinate.type}.${coordinate.field}`, numbered);
    return numbered;
  };
  for (const type of objectTypes(schema)) {
    for (const field of Object.values(type.getFields())) {
      const { explicit = false } = readField(field);
      const access = accessOf(type, field.name, structure);
      if (explicit && access !== 'GATED') {
        problems.report(
          'INVALID_DECLARATION',
          `${type.name}.${field.name}`,
          'is explicit and open at once; declare one of them',
        );
      }
      add({ type: type.name, field: field.name, kind: 'OUTPUT', explicit, access });
    }
  }
  const ofField = (type: string, field: string): Coordinate | undefined => byText.get(`${type}.${field}`);
  return {
    list,
    byText,
    ofField,
    ofInput: (type, field) =>
      ofField(type, field) ?? add({ type, field, kind: 'INPUT', explicit: false, access: 'GATED' }),
    bitsOf: (text, verb, declaredAt) => {
      const found = coordinatesNamed(schema, text, byText);
      if (found.length === 0) {
        const nearest = nearestName(text, byText.keys(), 3);
        const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
        problems.report('UNKNOWN_NAME', declaredAt, `names "${text}", which is no field of the schema${hint}`);
      }
      // What everybody may read nobody may therefore change.
      const judged = verb === 'read' ? found.filter(({ access }) => access === 'GATED') : found;
      return judged.map((coordinate) => privilegeBit(coordinate, verb));
    },
  };
}

function accessOf(type: GraphQLObjectType, fieldName: string, structure: ProvenStructure): Coordinate['access'] {
  const field = type.getFields()[fieldName];
  if (field === undefined) return 'GATED';
  const declared = readField(field);
  if (declared.open || readType(type).open) return 'OPEN';
  if (declared.transparent) return 'TRANSPARENT';
  return !declared.explicit && structure.isTransparent(type, field) ? 'TRANSPARENT' : 'GATED';
}

function coordinatesNamed(
  schema: GraphQLSchema,
  text: string,
  byText: ReadonlyMap<string, Coordinate>,
): readonly Coordinate[] {
  const [typeName = '', fieldName = ''] = text.split('.', 2);
  const type = schema.getType(typeName);
  const objects = isAbstractType(type) ? schema.getPossibleTypes(type) : isObjectType(type) ? [type] : [];
  return objects.flatMap((object) => byText.get(`${object.name}.${fieldName}`) ?? []);
}
