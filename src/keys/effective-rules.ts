import type { ApiKeyRecord } from './api-key.ts';

/** The rules that decide: a key's own and those of its roles, each once. A `!` rule of any of them wins over all. */
export function effectiveRules({ privileges, roles }: Pick<ApiKeyRecord, 'privileges' | 'roles'>): readonly string[] {
  if (roles.length === 0) return privileges;
  return [...new Set([...privileges, ...roles.flatMap((role) => role.privileges)])].sort();
}
