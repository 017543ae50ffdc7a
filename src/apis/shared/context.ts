import type { ApiKeyRecord, KeySecretRecord } from '../../keys/api-key.ts';
import type { Access } from '../../privileges/access.ts';
import type { OwnUsage, OwnUsageRange } from '../../usage/report/own-usage.ts';

/** The budget of the calling key at this moment, in points. */
export interface BudgetView {
  readonly maximumAvailable: number;
  readonly currentlyAvailable: number;
  /** Points a second. */
  readonly restoreRate: number;
  /** Largest single operation. */
  readonly maximumCost: number;
  /** Requested cost of the running operation. */
  readonly requestedQueryCost: number;
  /** When the bucket is full again if nothing else runs, in milliseconds since the epoch. */
  readonly resetAt: number;
}

/** What every resolver knows of its caller. Each API adds its own services. */
export interface CallerContext {
  readonly requestId: string;
  readonly apiKey: ApiKeyRecord;
  /** The secret that the key was proved by. */
  readonly secretId?: string | undefined;
  readonly secretStatus: KeySecretRecord['status'];
  readonly access: Access;
  /** Address of the client, after trusted proxies. */
  readonly clientAddress: string;
  /** Names of privileges that the key can use, within its own view. */
  usablePrivileges(): readonly string[];
  budget(): Promise<BudgetView>;
  /** What the key did; `undefined` when the range has too many intervals. */
  ownUsage(range: OwnUsageRange): OwnUsage | undefined;
}
