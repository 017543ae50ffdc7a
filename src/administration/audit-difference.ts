import type { AuditState } from '../audit/audit-entry.ts';
import { canonicalJson } from '../audit/canonical-json.ts';

/** The fields that differ, before and after, or `undefined` when none does. */
export function auditDifference(
  before: AuditState,
  after: AuditState,
): { readonly before: AuditState; readonly after: AuditState } | undefined {
  const changed = Object.keys(after).filter((name) => canonicalJson(before[name]) !== canonicalJson(after[name]));
  if (changed.length === 0) return undefined;
  const only = (state: AuditState) => Object.fromEntries(changed.map((name) => [name, state[name] ?? null]));
  return { before: only(before), after: only(after) };
}
