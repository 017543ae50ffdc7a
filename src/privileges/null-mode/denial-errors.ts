import type { GraphQLError } from 'graphql';
import { codedError } from '../../kernel/errors.ts';
import type { DocumentPlan, FieldPlan, SelectionPlan } from '../../plan/document-plan.ts';
import type { Denial } from '../demands/check-demands.ts';
import type { DeniedFields } from './denied-fields.ts';

/** Fields that are named; the last one says in `more` that there are others. */
const maxErrors = 20;

interface DeniedPath {
  readonly path: readonly string[];
  readonly field: FieldPlan | undefined;
  readonly denials: readonly Denial[];
}

/**
 * One error for each field that is null, at its path of response keys: known from the operation alone, so the same with
 * rows as without. A path that two types share is one field, and says what it needs on both.
 */
export function denialErrors(plan: DocumentPlan, denied: DeniedFields): readonly GraphQLError[] {
  const found = new Map<string, DeniedPath>();
  const withDenials = selectionsWithDenials(plan, denied);
  walk(plan.root, []);
  const paths = [...found.values()];
  const hasMore = paths.length > maxErrors;
  return paths
    .slice(0, maxErrors)
    .map((one, index) => errorOf(one, hasMore && index === maxErrors - 1 ? { more: true } : {}));

  /** Enters only what leads to a denial, and stops when it knows enough: the paths through fragments can be endless. */
  function walk(selection: SelectionPlan, path: readonly string[]): void {
    const ofTypes = denied.types.get(selection);
    if (ofTypes !== undefined) note(path, undefined, ofTypes);
    for (const { fields } of denied.seenTypes(selection)) {
      for (const field of denied.executed(fields)) {
        if (found.size > maxErrors) return;
        const fieldPath = [...path, field.responseKey];
        const denials = denied.denials.get(field);
        if (denials !== undefined) note(fieldPath, field, denials);
        else if (field.kind === 'FIELD' && field.selection && withDenials.has(field.selection)) {
          walk(field.selection, fieldPath);
        }
      }
    }
  }

  function note(path: readonly string[], field: FieldPlan | undefined, denials: readonly Denial[]): void {
    const key = path.join('.');
    const before = found.get(key);
    found.set(key, before ? { ...before, denials: [...before.denials, ...denials] } : { path, field, denials });
  }
}

function selectionsWithDenials({ selections }: DocumentPlan, denied: DeniedFields): ReadonlySet<SelectionPlan> {
  const withDenials = new Set<SelectionPlan>();
  for (const selection of selections) {
    const leadsToDenial = denied
      .seenTypes(selection)
      .some(({ fields }) =>
        denied
          .executed(fields)
          .some(
            (field) =>
              denied.denials.has(field) ||
              (field.kind === 'FIELD' && field.selection !== undefined && withDenials.has(field.selection)),
          ),
      );
    if (leadsToDenial || denied.types.has(selection)) withDenials.add(selection);
  }
  return withDenials;
}

function errorOf({ path, field, denials }: DeniedPath, rest: { readonly more?: true }): GraphQLError {
  const [first] = denials;
  const required = [...new Set(denials.map(({ rule }) => rule))];
  const privileges = required.length === 1 ? `the privilege ${required[0]}` : `the privileges ${required.join(', ')}`;
  return codedError(
    'UNAUTHORIZED_FIELD_OR_TYPE',
    `Unauthorized field or type: this key may not ${first?.verb ?? 'read'} ${first?.coordinate ?? 'it'}. It needs ${privileges}.`,
    {
      coordinate: first?.coordinate,
      privilege: first?.verb.toUpperCase(),
      required: required.slice(0, maxErrors),
      ...rest,
    },
    { path, nodes: field?.node ?? null },
  );
}
