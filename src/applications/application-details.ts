import type { ApplicationRecord, LeakPolicy } from '../keys/api-key.ts';
import { type ApplicationRow, recordOfApplication } from '../keys/record-of-row.ts';
import type { JsonObject } from '../keys/store/api-key-details.ts';

/** An application as its administrators see it. */
export interface ApplicationDetails extends ApplicationRecord {
  readonly ownerEmail: string;
  readonly note: string | undefined;
  readonly externalId: string | undefined;
  readonly metadata: JsonObject | undefined;
  /** What becomes of a key of its own that somebody found in the open. */
  readonly leakPolicy: LeakPolicy;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Raised by every change. */
  readonly version: number;
}

export function detailsOfApplication(row: ApplicationRow): ApplicationDetails {
  return {
    ...recordOfApplication(row),
    ownerEmail: row.ownerEmail,
    note: row.note ?? undefined,
    externalId: row.externalId ?? undefined,
    metadata: (row.metadata as JsonObject | null) ?? undefined,
    leakPolicy: row.leakPolicy,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    version: row.version,
  };
}
