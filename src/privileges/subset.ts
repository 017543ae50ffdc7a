import type { CompiledSchema } from '../plan/compiled-schema.ts';
import { type Verb, verbs } from '../plan/verb.ts';
import type { Privilege } from './grammar/parse-privilege.ts';
import type { PrivilegeSet } from './grammar/parse-privilege-set.ts';

/** Rules and how their lone `*` is read: see `CompileOptions.loneStarMatchesExplicit`. */
export interface HeldPrivileges {
  readonly set: PrivilegeSet;
  readonly loneStarMatchesExplicit: boolean;
}

export type SubsetAnswer =
  | { readonly kind: 'SUBSET' }
  /** Rules of the child that give more than the parent holds. */
  | { readonly kind: 'EXCEEDS'; readonly rules: readonly string[] };

interface Segments {
  readonly verb: Verb;
  readonly type: string;
  readonly field: string;
}

/**
 * Whether a child can never do what its parent cannot: on today's schema and on every later one. So names are an open
 * universe (all types of today are not `*`), each child rule must be covered by one rule of the parent, and whatever the
 * parent is denied within it the child must be denied too. Bitsets cannot decide this: `read:User` and `read:*` are equal
 * bits while User is the only type.
 *
 * Which fields are explicit is a property of the schema, not of a rule, and is taken from it as it is.
 */
export function isSubset(child: HeldPrivileges, parent: HeldPrivileges, schema: CompiledSchema): SubsetAnswer {
  const childDenies = child.set.privileges.filter(({ denies }) => denies).flatMap(segmentsOf);
  const parentDenies = parent.set.privileges.filter(({ denies }) => denies).flatMap(segmentsOf);
  const exceeding = child.set.privileges.filter((privilege) => {
    if (privilege.denies) return false;
    const wantsAll = privilege.isLoneStar && child.loneStarMatchesExplicit;
    return segmentsOf(privilege).some((wanted) => {
      if (childDenies.some((denial) => covers(denial, wanted))) return false;
      const needsExplicit = wantsAll || isExplicit(wanted, schema);
      const given = parent.set.privileges.some((rule) => gives(rule, wanted, needsExplicit, parent));
      return !given || parentDenies.some((denial) => escapes(wanted, denial, childDenies));
    });
  });
  return exceeding.length === 0 ? { kind: 'SUBSET' } : { kind: 'EXCEEDS', rules: exceeding.map(({ text }) => text) };
}

function gives(rule: Privilege, wanted: Segments, needsExplicit: boolean, parent: HeldPrivileges): boolean {
  if (rule.denies || !segmentsOf(rule).some((held) => covers(held, wanted))) return false;
  const givesExplicit = isExact(rule) || (rule.isLoneStar && parent.loneStarMatchesExplicit);
  return givesExplicit || !needsExplicit;
}

/** What the parent is denied of `wanted` and the child is not. */
function escapes(wanted: Segments, denial: Segments, childDenies: readonly Segments[]): boolean {
  const both = intersection(wanted, denial);
  return both !== undefined && !childDenies.some((own) => covers(own, both));
}

function segmentsOf({ verb, type, field }: Privilege): readonly Segments[] {
  return (verb === '*' ? verbs : [verb]).map((one) => ({ verb: one, type, field }));
}

function covers(wide: Segments, narrow: Segments): boolean {
  const segment = (of: 'type' | 'field') => wide[of] === '*' || wide[of] === narrow[of];
  return wide.verb === narrow.verb && segment('type') && segment('field');
}

function intersection(a: Segments, b: Segments): Segments | undefined {
  const type = narrower(a.type, b.type);
  const field = narrower(a.field, b.field);
  return a.verb !== b.verb || type === undefined || field === undefined ? undefined : { verb: a.verb, type, field };
}

function narrower(a: string, b: string): string | undefined {
  if (a === '*') return b;
  return b === '*' || a === b ? a : undefined;
}

function isExact({ type, field }: { readonly type: string; readonly field: string }): boolean {
  return type !== '*' && field !== '*';
}

function isExplicit(wanted: Segments, schema: CompiledSchema): boolean {
  return isExact(wanted) && schema.byText.get(`${wanted.type}.${wanted.field}`)?.explicit === true;
}
