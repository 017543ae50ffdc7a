import { type SQL, sql } from 'drizzle-orm';

/** Whose usage may be seen: that of all applications, also what names none, or of one. */
export type UsageVisibility = 'ALL' | { readonly applicationId: string };

export function visibleUsage(visibility: UsageVisibility): SQL | undefined {
  return visibility === 'ALL' ? undefined : sql`application_id = ${visibility.applicationId}::uuid`;
}

/** All of them must hold; without any, everything does. */
export function allOf(conditions: readonly (SQL | undefined)[]): SQL {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length === 0 ? sql`true` : sql.join(given, sql` AND `);
}

export function instantOf(at: number): SQL {
  return sql`${new Date(at).toISOString()}::timestamptz`;
}
