import { type DirectiveNode, Kind } from 'graphql';
import type { Condition, Conjunction } from '../document-plan.ts';

/** No condition at all: the empty conjunction always holds. */
export const always: Conjunction = [];

/**
 * The condition of a node inside something with the condition `outer`: what `@skip` and `@include` add, or `undefined`
 * when both together can never hold. What is not understood counts as executed, so that it is judged.
 */
export function within(outer: Conjunction, directives: readonly DirectiveNode[] | undefined): Conjunction | undefined {
  let all: Conjunction | undefined = outer;
  for (const directive of directives ?? []) {
    const is = directive.name.value === 'include' ? true : directive.name.value === 'skip' ? false : undefined;
    const value = directive.arguments?.find(({ name }) => name.value === 'if')?.value;
    if (is === undefined || value === undefined) continue;
    if (value.kind === Kind.BOOLEAN && value.value !== is) return undefined;
    if (value.kind === Kind.VARIABLE) all = and(all, value.name.value, is);
    if (all === undefined) return undefined;
  }
  return all;
}

/** Sorted by variable, so that equal conditions have equal keys. */
function and(all: Conjunction, variable: string, is: boolean): Conjunction | undefined {
  const found = all.findIndex((literal) => literal.variable >= variable);
  const place = found === -1 ? all.length : found;
  const known = all[place];
  if (known?.variable === variable) return known.is === is ? all : undefined;
  return [...all.slice(0, place), { variable, is }, ...all.slice(place)];
}

export function keyOf(all: Conjunction): string {
  return all.map(({ variable, is }) => `${is ? '' : '!'}${variable}`).join('&');
}

/** More alternatives than this are kept as they are: comparing each with each would take a caller's square of time. */
const mostCompared = 32;

/** Any of the conjunctions, without those that a weaker one already covers. */
export function anyOf(alternatives: readonly Conjunction[]): Condition {
  if (alternatives.some((all) => all.length === 0)) return true;
  if (alternatives.length > mostCompared) return alternatives;
  const kept: Conjunction[] = [];
  for (const candidate of [...alternatives].sort((a, b) => a.length - b.length)) {
    if (!kept.some((weaker) => implies(candidate, weaker))) kept.push(candidate);
  }
  return kept;
}

/** Both are sorted, so one pass decides. */
export function implies(stronger: Conjunction, weaker: Conjunction): boolean {
  let found = 0;
  for (const { variable, is } of stronger) {
    const sought = weaker[found];
    if (sought === undefined) return true;
    if (sought.variable === variable && sought.is === is) found++;
  }
  return found === weaker.length;
}
