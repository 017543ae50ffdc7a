import { eq, lt, ne, sql } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { instanceLease } from '../../db/schema/index.ts';
import { readKeyEpoch } from './key-epoch.ts';

/** What the database knows of the leases of all instances. Every call rejects when it does not answer in time. */
export interface LeaseStore {
  /** Takes or prolongs this instance's lease for `leaseMs` from now, and notes what it has seen. */
  renew(acknowledged: number, leaseMs: number): Promise<void>;
  readEpoch(): Promise<number>;
  /** Of all instances but this one, lapsed or not. */
  others(): Promise<readonly OtherLease[]>;
  /** This instance answers nothing from its cache any more. */
  release(): Promise<void>;
}

export interface OtherLease {
  readonly instance: string;
  /** The instance uses nothing that was read before this change. */
  readonly epoch: number;
  /** On the database's clock. */
  readonly live: boolean;
}

const databaseTime = sql`clock_timestamp()`;

/** @param instance a UUID that no other process has */
export function createLeaseStore(queries: Queries, instance: string): LeaseStore {
  return {
    async renew(acknowledged, leaseMs) {
      const expiresAt = sql`${databaseTime} + ${leaseMs}::int * interval '1 millisecond'`;
      await queries
        .insert(instanceLease)
        .values({ instance, epoch: acknowledged, expiresAt })
        .onConflictDoUpdate({
          target: instanceLease.instance,
          // An older statement that was given up and arrives late shortens nothing.
          set: { epoch: acknowledged, expiresAt: sql`greatest(${instanceLease.expiresAt}, ${expiresAt})` },
        });
    },
    readEpoch: () => readKeyEpoch(queries),
    others: () =>
      queries
        .select({
          instance: instanceLease.instance,
          epoch: instanceLease.epoch,
          live: sql<boolean>`${instanceLease.expiresAt} > ${databaseTime}`,
        })
        .from(instanceLease)
        .where(ne(instanceLease.instance, instance)),
    async release() {
      await queries.delete(instanceLease).where(eq(instanceLease.instance, instance));
    },
  };
}

/** Rows of processes that died are of no use to anybody, and harm nobody either. */
export async function forgetLapsedLeases(queries: Queries): Promise<void> {
  await queries.delete(instanceLease).where(lt(instanceLease.expiresAt, sql`${databaseTime} - interval '1 minute'`));
}
