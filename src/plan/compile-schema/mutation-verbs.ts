import { type GraphQLSchema, isObjectType } from 'graphql';
import type { Coordinate, PrivilegeBit } from '../compiled-schema.ts';
import type { FieldDeclaration } from '../declarations.ts';
import { privilegeBit } from '../privilege-bit.ts';
import type { ProblemList } from '../schema-declaration-error.ts';
import type { Verb } from '../verb.ts';
import type { Coordinates } from './number-coordinates.ts';

export function verbsOf(text: string, declared: FieldDeclaration, problems: ProblemList): readonly Verb[] {
  if (declared.verbs !== undefined && declared.verbs.length > 0) return declared.verbs;
  problems.report(
    'MUTATION_WITHOUT_VERBS',
    text,
    'declares no verb; declare ["write"] (creates), ["update"] (changes or deletes) or both (upsert)',
  );
  return [];
}

/** The mutation's verbs on its root field; a delete also needs `update` on every field, not explicit, of its entity. */
export function mutationNeeds(
  schema: GraphQLSchema,
  root: Coordinate,
  verbs: readonly Verb[],
  declared: FieldDeclaration,
  coordinates: Coordinates,
  problems: ProblemList,
): readonly PrivilegeBit[] {
  const own = verbs.map((verb) => privilegeBit(root, verb));
  const entityName = declared.deletes ?? deletedEntityByName(schema, root.field);
  if (entityName === undefined) return own;
  const entity = schema.getType(entityName);
  if (!isObjectType(entity)) {
    problems.report('UNKNOWN_NAME', `${root.type}.${root.field}`, `deletes "${entityName}", which is no object type`);
    return own;
  }
  const fields = Object.keys(entity.getFields()).flatMap((name) => coordinates.ofField(entity.name, name) ?? []);
  return own.concat(fields.filter(({ explicit }) => !explicit).map((field) => privilegeBit(field, 'update')));
}

/** `City` for `deleteCity`. */
function deletedEntityByName(schema: GraphQLSchema, mutation: string): string | undefined {
  const [, noun] = /^delete([A-Z]\w*)$/.exec(mutation) ?? [];
  return noun !== undefined && isObjectType(schema.getType(noun)) ? noun : undefined;
}
