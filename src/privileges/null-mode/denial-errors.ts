import type { GraphQLError } from 'graphql';
import { codedError } from '../../kernel/errors.ts';
import type { DocumentPlan, FieldPlan, SelectionPlan } from '../../plan/document-plan.ts';
import type { Denial } from '../demands/check-demands.ts';
import type { DeniedFields } from './denied-fields.ts';

/** Fields that are named, the last of which says in `more` that there are others; and privileges that one of them names. */
const maxErrors = 20;

/** What is asked at one path of response keys, of whatever type, as far as it is denied or leads to what is. */
interface Place {
  /** The first field there that is denied; `undefined` when only what its objects are may not be named. */
  field: FieldPlan | undefined;
  readonly denials: Denial[];
  readonly below: Set<SelectionPlan>;
}

interface DeniedPath extends Pick<Place, 'field' | 'denials'> {
  readonly path: readonly string[];
}

/** A field that is denied, or whose own selection leads to one. */
type Lead =
  | { readonly field: FieldPlan; readonly denials: readonly Denial[] }
  | { readonly field: FieldPlan; readonly below: SelectionPlan };

/**
 * One error for each field that is null, at its path of response keys: known from the operation alone, so the same with
 * rows as without. A path that several types share is one field, and says what it needs on all of them: it is looked at
 * once, with everything that is selected there, however many ways through the types lead to it. Only what leads to a
 * denial is entered, and what is found is enough at some point, since paths through fragments can be endless.
 */
export function denialErrors(plan: DocumentPlan, denied: DeniedFields): readonly GraphQLError[] {
  const found: DeniedPath[] = [];
  const leads = leadsOf(plan, denied);
  if (leads.has(plan.root)) walk({ field: undefined, denials: [], below: new Set([plan.root]) }, []);
  addBeyond(found, denied.beyond);
  const hasMore = found.length > maxErrors;
  return found
    .slice(0, maxErrors)
    .map((one, index) => errorOf(one, hasMore && index === maxErrors - 1 ? { more: true } : {}));

  function walk({ field, denials: ofFields, below }: Place, path: readonly string[]): void {
    const denials = [...ofFields, ...[...below].flatMap((selection) => denied.types.get(selection) ?? [])];
    if (denials.length > 0) found.push({ path, field, denials });
    for (const [key, place] of placesIn(below, leads)) {
      if (found.length > maxErrors) return;
      walk(place, [...path, key]);
    }
  }
}

/** What is denied beyond the plan, at the paths where it is written: one error for each path. */
function addBeyond(found: DeniedPath[], denials: readonly Denial[]): void {
  const places = new Map(found.map((one) => [one.path.join('.'), one]));
  for (const denial of denials) {
    const { path, field } = denial;
    const known = places.get(path.join('.'));
    if (known !== undefined) {
      known.denials.push(denial);
      continue;
    }
    const one = { path, field, denials: [denial] };
    places.set(path.join('.'), one);
    found.push(one);
  }
}

function placesIn(
  selections: Iterable<SelectionPlan>,
  leads: ReadonlyMap<SelectionPlan, readonly Lead[]>,
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const selection of selections) {
    for (const lead of leads.get(selection) ?? []) {
      const { responseKey } = lead.field;
      const place = places.get(responseKey) ?? { field: undefined, denials: [], below: new Set() };
      places.set(responseKey, place);
      if ('below' in lead) place.below.add(lead.below);
      else {
        place.field ??= lead.field;
        place.denials.push(...lead.denials);
      }
    }
  }
  return places;
}

/** Of each selection that leads to a denial, children before their parents. */
function leadsOf({ selections }: DocumentPlan, denied: DeniedFields): ReadonlyMap<SelectionPlan, readonly Lead[]> {
  const leads = new Map<SelectionPlan, readonly Lead[]>();
  for (const selection of selections) {
    const own = denied.seenTypes(selection).flatMap(({ fields }) =>
      denied.executed(fields).flatMap((field): Lead[] => {
        const denials = denied.denials.get(field);
        if (denials !== undefined) return [{ field, denials }];
        const below = field.kind === 'FIELD' ? field.selection : undefined;
        return below !== undefined && leads.has(below) ? [{ field, below }] : [];
      }),
    );
    if (own.length > 0 || denied.types.has(selection)) leads.set(selection, own);
  }
  return leads;
}

function errorOf({ path, field, denials }: DeniedPath, rest: { readonly more?: true }): GraphQLError {
  const [first] = denials;
  const required = [...new Set(denials.map(({ rule }) => rule))];
  const named = required.slice(0, maxErrors);
  const others = required.length > named.length ? ` and ${required.length - named.length} more` : '';
  const privileges =
    required.length === 1 ? `the privilege ${required[0]}` : `the privileges ${named.join(', ')}${others}`;
  return codedError(
    'UNAUTHORIZED_FIELD_OR_TYPE',
    `Unauthorized field or type: this key may not ${first?.verb ?? 'read'} ${first?.coordinate ?? 'it'}. It needs ${privileges}.`,
    {
      coordinate: first?.coordinate,
      privilege: first?.verb.toUpperCase(),
      required: named,
      ...rest,
    },
    { path, nodes: field?.node ?? null },
  );
}
