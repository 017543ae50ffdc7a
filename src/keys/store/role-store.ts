import { and, count, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import type { KeysetRequest } from '../../db/keyset-page.ts';
import { apiKey, keyRole, role } from '../../db/schema/index.ts';
import type { ApiKeyType, RoleRecord } from '../api-key.ts';
import { type NamedOrder, namedStatement } from './named-order.ts';

/** A role as administrators see it. Roles belong to no application. */
export interface RoleDetails extends RoleRecord {
  readonly name: string;
  /** The type of the keys that can have it; it never changes. */
  readonly type: ApiKeyType;
  readonly note: string | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Raised by every change. */
  readonly version: number;
}

/** All that is given must hold. */
export interface RoleFilter {
  readonly name?: string | undefined;
  readonly type?: ApiKeyType | undefined;
}

export async function findRole(queries: Queries, id: string): Promise<RoleDetails | undefined> {
  const [found] = await findRoles(queries, [id]);
  return found;
}

/** Those of the roles that exist, in no order. */
export async function findRoles(queries: Queries, ids: readonly string[]): Promise<readonly RoleDetails[]> {
  const rows = await queries
    .select()
    .from(role)
    .where(inArray(role.id, [...ids]));
  return rows.map(detailsOfRole);
}

/** The roles of each of the keys, in the order of the keys, oldest role first; one statement. */
export async function findRolesOfKeys(queries: Queries, keyIds: readonly string[]): Promise<RoleDetails[][]> {
  const rows = await queries
    .select({ keyId: keyRole.apiKeyId, role })
    .from(keyRole)
    .innerJoin(role, eq(role.id, keyRole.roleId))
    .where(inArray(keyRole.apiKeyId, [...keyIds]))
    .orderBy(role.id);
  return keyIds.map((id) => rows.flatMap(({ keyId, role: row }) => (keyId === id ? [detailsOfRole(row)] : [])));
}

export async function listRoles(
  queries: Queries,
  filter: RoleFilter,
  order: NamedOrder,
  request: KeysetRequest,
): Promise<readonly RoleDetails[]> {
  const keyset = namedStatement(role, order, request);
  const rows = await queries
    .select()
    .from(role)
    .where(and(selected(filter), keyset.after, keyset.before))
    .orderBy(...keyset.orderBy)
    .limit(keyset.limit);
  return rows.map(detailsOfRole);
}

export async function countRoles(queries: Queries, filter: RoleFilter): Promise<number> {
  const [row] = await queries.select({ roles: count() }).from(role).where(selected(filter));
  return row?.roles ?? 0;
}

/** For a `WHERE` on `api_key`: the keys that have the role. */
export function havingRole(roleId: string): SQL {
  return sql`${apiKey.id} IN (SELECT ${keyRole.apiKeyId} FROM ${keyRole} WHERE ${eq(keyRole.roleId, roleId)})`;
}

function selected({ name, type }: RoleFilter): SQL | undefined {
  return and(
    name === undefined ? undefined : eq(role.name, name),
    type === undefined ? undefined : eq(role.type, type),
  );
}

function detailsOfRole(row: typeof role.$inferSelect): RoleDetails {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    privileges: row.privileges,
    note: row.note ?? undefined,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    version: row.version,
  };
}
