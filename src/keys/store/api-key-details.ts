import type { ApiKeyRecord, RoleRecord } from '../api-key.ts';
import { type ApiKeyRow, type ApplicationRow, recordOfKey } from '../record-of-row.ts';

/** A key as its administrators see it: what admission needs, and what people wrote about it. */
export interface ApiKeyDetails extends ApiKeyRecord {
  readonly note: string | undefined;
  readonly externalId: string | undefined;
  readonly metadata: JsonObject | undefined;
  readonly disabledReason: string | undefined;
  readonly revokedReason: string | undefined;
  /** The key that made it; `undefined` for the first one. */
  readonly createdBy: string | undefined;
  /** When the record of a deleted key goes for good. */
  readonly purgeAt: number | undefined;
  readonly updatedAt: number;
  readonly lastUsedAt: number | undefined;
  readonly lastUsedFrom: string | undefined;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function detailsOfKey(row: ApiKeyRow, application: ApplicationRow, roles: readonly RoleRecord[]): ApiKeyDetails {
  return {
    ...recordOfKey(row, application, roles),
    note: row.note ?? undefined,
    externalId: row.externalId ?? undefined,
    metadata: (row.metadata as JsonObject | null) ?? undefined,
    disabledReason: row.disabledReason ?? undefined,
    revokedReason: row.revokedReason ?? undefined,
    createdBy: row.createdBy ?? undefined,
    purgeAt: row.purgeAt ?? undefined,
    updatedAt: row.updatedAt,
    lastUsedAt: row.lastUsedAt ?? undefined,
    lastUsedFrom: row.lastUsedFrom ?? undefined,
  };
}
