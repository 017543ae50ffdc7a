import type { InferSelectModel } from 'drizzle-orm';
import type { apiKey, apiKeySecret, application } from '../db/schema/index.ts';
import type {
  ApiKeyRecord,
  ApiKeyRestrictions,
  ApplicationRecord,
  Enforcement,
  KeySecretRecord,
  RoleRecord,
  ThrottleOverride,
} from './api-key.ts';

export type ApiKeyRow = InferSelectModel<typeof apiKey>;
export type ApplicationRow = InferSelectModel<typeof application>;
export type ApiKeySecretRow = InferSelectModel<typeof apiKeySecret>;

/** What admission needs of a row of the table `api_key`, the row of its application, and its roles. */
export function recordOfKey(row: ApiKeyRow, application: ApplicationRow, roles: readonly RoleRecord[]): ApiKeyRecord {
  return {
    id: row.id,
    publicId: row.publicId,
    name: row.name,
    environment: row.environment,
    type: row.type,
    applicationScope: row.applicationScope,
    application: recordOfApplication(application),
    privileges: row.privileges,
    roles,
    grantable: row.grantable ?? undefined,
    onDenied: row.onDenied,
    enforcement: enforcementOf(row.enforcement),
    plan: row.plan ?? undefined,
    throttle: throttleOf(row.throttle),
    restrictions: (row.restrictions as ApiKeyRestrictions | null) ?? undefined,
    expiresAt: row.expiresAt ?? undefined,
    notBefore: row.notBefore ?? undefined,
    disabledAt: row.disabledAt ?? undefined,
    revokedAt: row.revokedAt ?? undefined,
    deletedAt: row.deletedAt ?? undefined,
    createdAt: row.createdAt,
    version: row.version,
  };
}

export function recordOfApplication(row: ApplicationRow): ApplicationRecord {
  return {
    id: row.id,
    name: row.name,
    ownerName: row.ownerName,
    status: row.status,
    plan: row.plan ?? undefined,
    throttle: throttleOf(row.throttle),
  };
}

export function recordOfSecret(row: ApiKeySecretRow): KeySecretRecord {
  return {
    id: row.id,
    status: row.status,
    activatedAt: row.activatedAt ?? undefined,
    expiresAt: row.expiresAt ?? undefined,
    exposedAt: row.exposedAt ?? undefined,
  };
}

/** Only use cases write this column, and they validate it. */
function throttleOf(stored: unknown): ThrottleOverride | undefined {
  return stored === null || stored === undefined ? undefined : (stored as ThrottleOverride);
}

/** Also this one. */
function enforcementOf(stored: unknown): Enforcement | undefined {
  return stored === null || stored === undefined ? undefined : (stored as Enforcement);
}
