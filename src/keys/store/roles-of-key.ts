import { eq, sql } from 'drizzle-orm';
import { apiKey, keyRole, role } from '../../db/schema/index.ts';
import type { RoleRecord } from '../api-key.ts';

/** For a statement that joins `api_key` and another table: the roles of each key, oldest first, in the same statement. */
export const rolesOfKey = sql<readonly RoleRecord[]>`(
  SELECT coalesce(json_agg(json_build_object('id', ${role.id}, 'privileges', ${role.privileges}) ORDER BY ${role.id}), '[]')
  FROM ${keyRole} JOIN ${role} ON ${eq(role.id, keyRole.roleId)}
  WHERE ${eq(keyRole.apiKeyId, apiKey.id)}
)`.as('roles');
