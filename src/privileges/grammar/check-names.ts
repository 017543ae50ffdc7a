import { isAbstractType } from 'graphql';
import { nearestName } from '../../kernel/nearest-name.ts';
import type { CompiledSchema } from '../../plan/compiled-schema.ts';
import type { Privilege } from './parse-privilege.ts';
import { type PrivilegeProblem, type PrivilegeSet, privilegeProblem } from './parse-privilege-set.ts';

/**
 * Rules that name a type or field which the schema does not have: most likely misspelt, and without effect today. A rule
 * may name what needs no privilege (open and transparent fields); it is accepted and changes nothing.
 */
export function checkNames(set: PrivilegeSet, schema: CompiledSchema): readonly PrivilegeProblem[] {
  const fieldsByType = namesByType(schema);
  return set.privileges.flatMap((privilege, index) => {
    const message = problemOf(privilege, fieldsByType, schema);
    return message === undefined ? [] : [privilegeProblem(index, privilege.text, message)];
  });
}

function problemOf(
  { type, field }: Privilege,
  fieldsByType: ReadonlyMap<string, ReadonlySet<string>>,
  schema: CompiledSchema,
): string | undefined {
  if (type === '*') {
    if (field === '*' || [...fieldsByType.values()].some((fields) => fields.has(field))) return undefined;
    return `names the field "${field}", which no type has${didYouMean(field, allFields(fieldsByType))}`;
  }
  const fields = fieldsByType.get(type);
  if (fields === undefined) {
    if (isAbstractType(schema.schema.getType(type))) {
      return `names the abstract type "${type}"; name its object types, for privileges are decided on these`;
    }
    return `names the type "${type}", which does not exist${didYouMean(type, fieldsByType.keys())}`;
  }
  if (field === '*' || fields.has(field)) return undefined;
  return `names the field "${field}", which ${type} does not have${didYouMean(field, fields)}`;
}

function namesByType(schema: CompiledSchema): ReadonlyMap<string, ReadonlySet<string>> {
  const byType = new Map<string, Set<string>>();
  for (const { type, field } of schema.coordinates) {
    const fields = byType.get(type);
    if (fields === undefined) byType.set(type, new Set([field]));
    else fields.add(field);
  }
  return byType;
}

function* allFields(fieldsByType: ReadonlyMap<string, ReadonlySet<string>>): Iterable<string> {
  for (const fields of fieldsByType.values()) yield* fields;
}

function didYouMean(name: string, candidates: Iterable<string>): string {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}
