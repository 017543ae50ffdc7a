import type { ApiKeyRestrictions } from '../../keys/api-key.ts';
import type { CompiledSchema } from '../../plan/compiled-schema.ts';
import { restrictionProblem, storedRestrictions } from '../../restrictions/check-restrictions.ts';
import { badInput } from './text.ts';

/** A kind that is absent stays as it is, null clears it, and one that is given replaces the former one whole. */
export type RestrictionChanges = {
  readonly [Kind in keyof ApiKeyRestrictions]?: ApiKeyRestrictions[Kind] | null | undefined;
};

/**
 * The restrictions that result, or null when there are none. Only the kinds that are given are checked: BAD_USER_INPUT
 * names the first text that cannot be used.
 */
export function changedRestrictions(
  before: ApiKeyRestrictions | undefined,
  changes: RestrictionChanges | null,
  schema: CompiledSchema,
): ApiKeyRestrictions | null {
  if (changes === null) return null;
  const given = present(changes);
  const wrong = restrictionProblem(given);
  if (wrong) throw badInput(`restrictions.${wrong.path}`, wrong.problem);
  checkRootFields(given.api?.rootFields ?? [], schema);
  const result = mergedRestrictions(before, changes);
  return Object.keys(result).length === 0 ? null : result;
}

/** What results of changes that were checked. */
export function mergedRestrictions(
  before: ApiKeyRestrictions | undefined,
  changes: RestrictionChanges,
): ApiKeyRestrictions {
  const kept = Object.entries(before ?? {}).filter(([kind]) => changes[kind as keyof RestrictionChanges] === undefined);
  return { ...Object.fromEntries(kept), ...storedRestrictions(present(changes)) };
}

/** What is given with a value: without kinds, and lists within a kind, that are null or absent. */
function present({ browser, server, android, ios, api }: RestrictionChanges): ApiKeyRestrictions {
  return {
    ...(browser && { browser }),
    ...(server && { server }),
    ...(android && { android }),
    ...(ios && { ios }),
    ...(api && { api }),
  };
}

/** A misspelt name would silently block what was meant. */
function checkRootFields(names: readonly string[], { schema }: CompiledSchema): void {
  const known = new Set(['__schema', '__type']);
  for (const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    for (const name of Object.keys(type?.getFields() ?? {})) known.add(name);
  }
  const index = names.findIndex((name) => !name.endsWith('*') && !known.has(name));
  if (index >= 0) throw badInput(`restrictions.api.rootFields.${index}`, 'names no root field of the API of the key');
}
