import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { isAbstractType, isObjectType } from 'graphql';
import { nearestName } from '../../kernel/nearest-name.ts';
import type { Coordinate, PrivilegeBit } from '../compiled-schema.ts';
import { privilegeBit } from '../privilege-bit.ts';
import { readCoordinate } from '../read-coordinate.ts';
import type { ProblemList } from '../schema-declaration-error.ts';
import type { Verb } from '../verb.ts';
import { type CoordinateInProgress, fillReads } from './derived-fields.ts';
import { readObjectField, readType } from './read-declarations.ts';
import { objectTypes, type ProvenStructure } from './structure.ts';

/** Every coordinate of a schema and its number; input coordinates join while inputs are compiled. */
export interface Coordinates {
  readonly list: readonly Coordinate[];
  readonly byText: ReadonlyMap<string, Coordinate>;
  ofField(type: string, field: string): Coordinate | undefined;
  /** The coordinate of an input field that maps to no entity. */
  ofInput(type: string, field: string): Coordinate;
  /**
   * Bits of `Type.field` in a declaration. An abstract type stands for all its object types. A name that does not exist
   * is reported at `declaredAt`.
   */
  bitsOf(text: string, verb: Verb, declaredAt: string): readonly PrivilegeBit[];
  /** `read` on each field that is named, without what those read. */
  ownReadsOf(text: string, declaredAt: string): readonly PrivilegeBit[];
}

export function numberCoordinates(
  schema: GraphQLSchema,
  structure: ProvenStructure,
  problems: ProblemList,
): Coordinates {
  const list: CoordinateInProgress[] = [];
  const byText = new Map<string, CoordinateInProgress>();
  const add = (coordinate: Omit<Coordinate, 'id' | 'reads'>): Coordinate => {
    const numbered = { id: list.length, ...coordinate, reads: [] };
    list.push(numbered);
    byText.set(`${coordinate.type}.${coordinate.field}`, numbered);
    return numbered;
  };
  for (const type of objectTypes(schema)) {
    for (const field of Object.values(type.getFields())) {
      const { explicit = false } = readObjectField(type, field);
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
  const named = (text: string, declaredAt: string): readonly Coordinate[] => {
    const found = coordinatesNamed(schema, text, byText);
    if (found.length === 0) {
      const nearest = nearestName(text, byText.keys(), 3);
      const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
      problems.report('UNKNOWN_NAME', declaredAt, `names "${text}", which is no field of the schema${hint}`);
    }
    return found;
  };
  const gated = (text: string, declaredAt: string) =>
    named(text, declaredAt).filter(({ access }) => access === 'GATED');
  fillReads(schema, byText, named, problems);
  return {
    list,
    byText,
    ofField,
    ofInput: (type, field) =>
      ofField(type, field) ?? add({ type, field, kind: 'INPUT', explicit: false, access: 'GATED' }),
    bitsOf: (text, verb, declaredAt) => {
      // What everybody may read nobody may therefore change.
      if (verb !== 'read') return named(text, declaredAt).map((coordinate) => privilegeBit(coordinate, verb));
      // Whoever looks at a derived field looks at what it shows.
      return gated(text, declaredAt).flatMap((coordinate) => [privilegeBit(coordinate, verb), ...coordinate.reads]);
    },
    ownReadsOf: (text, declaredAt) => gated(text, declaredAt).map((coordinate) => privilegeBit(coordinate, 'read')),
  };
}

function accessOf(type: GraphQLObjectType, fieldName: string, structure: ProvenStructure): Coordinate['access'] {
  const field = type.getFields()[fieldName];
  if (field === undefined) return 'GATED';
  const declared = readObjectField(type, field);
  if (declared.open || readType(type).open) return 'OPEN';
  if (declared.transparent) return 'TRANSPARENT';
  const isData = declared.explicit || declared.reads !== undefined;
  return !isData && structure.isTransparent(type, field) ? 'TRANSPARENT' : 'GATED';
}

function coordinatesNamed(
  schema: GraphQLSchema,
  text: string,
  byText: ReadonlyMap<string, Coordinate>,
): readonly Coordinate[] {
  const [typeName, fieldName] = readCoordinate(text);
  const type = schema.getType(typeName);
  const objects = isAbstractType(type) ? schema.getPossibleTypes(type) : isObjectType(type) ? [type] : [];
  return objects.flatMap((object) => byText.get(`${object.name}.${fieldName}`) ?? []);
}
