import type { Database } from '../../db/database.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { type Acknowledgement, awaitAcknowledgement } from './await-acknowledgement.ts';
import type { ChangeHints } from './change-hints.ts';
import { createInstanceLease, type InstanceLease } from './instance-lease.ts';
import { type KeyChange, keyChangeChannel, parseKeyChange, type StaleKeys, unknownEpoch } from './key-change.ts';
import { createKnownEpoch } from './known-epoch.ts';
import { createLeaseStore, forgetLapsedLeases } from './lease-store.ts';

export interface KeyInvalidationOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A UUID that no other process has. */
  readonly instanceId: string;
  /** Beside the notifications of the database. */
  readonly hints?: ChangeHints | undefined;
  /** Makes this instance forget what a change made stale; also what it is reading at the moment. */
  readonly forget: (stale: StaleKeys) => void;
}

/** How one instance hears of changes to keys, and how it learns that all have heard of one. */
export interface KeyInvalidation {
  readonly lease: Pick<InstanceLease, 'isLive' | 'obtain'>;
  /**
   * A change that this instance made was committed or, with `unknownEpoch`, may have been. Forgets at once: the
   * notification that follows then says nothing new.
   */
  committed(change: KeyChange): void;
  /** Resolves when no instance uses anything of before a committed change any more; a lease later at the latest. */
  inForce(epoch: number): Promise<Acknowledgement>;
  close(): Promise<void>;
}

/** A notification that comes is mostly there by then. */
const notificationMs = 20;

const everything: StaleKeys = { keys: 'ALL', applications: [] };

/** An embedded database has no other writer than this process: what it was told is all there is to know. */
const onlyInstance: InstanceLease = {
  isLive: () => true,
  obtain: async () => true,
  acknowledge: () => {},
  close: async () => {},
};

export async function startKeyInvalidation(options: KeyInvalidationOptions): Promise<KeyInvalidation> {
  const { database, clock, logger, instanceId, hints, forget } = options;
  const known = createKnownEpoch();
  const store = createLeaseStore(database.reserved, instanceId);
  const lease =
    database.kind === 'PGLITE'
      ? onlyInstance
      : createInstanceLease({ store, clock, logger, known: () => known.current, reach });

  function reach(epoch: number): void {
    if (known.reach(epoch)) forget(everything);
  }

  function hear(change: KeyChange): void {
    if (change.epoch !== unknownEpoch && !known.hear(change.epoch)) return;
    forget(change);
    lease.acknowledge();
  }

  let expecting: NodeJS.Timeout | undefined;

  /** Nobody vouches for it: it is forgotten, and does not count as known. Without its notification the database is asked. */
  function takeHint(change: KeyChange): void {
    if (change.epoch !== unknownEpoch && change.epoch <= known.current) return;
    forget(change);
    expecting ??= setTimeout(() => {
      expecting = undefined;
      if (change.epoch > known.current) lease.acknowledge();
    }, notificationMs).unref();
  }

  const stopListening = await database.listen(
    keyChangeChannel,
    (payload) => hear(parseKeyChange(payload)),
    () => {
      known.reset();
      forget(everything);
      lease.acknowledge();
    },
  );
  if (database.kind === 'POSTGRES') {
    await hints?.listen(takeHint);
    await forgetLapsedLeases(database.reserved);
    await lease.obtain();
  }

  return {
    lease,
    committed(change) {
      hear(change);
      if (change.epoch !== unknownEpoch) hints?.tell(change);
    },
    inForce: async (epoch) =>
      database.kind === 'PGLITE'
        ? { instancesAcknowledged: 1, instancesTotal: 1 }
        : awaitAcknowledgement(epoch, store.others),
    async close() {
      clearTimeout(expecting);
      hints?.close();
      await stopListening();
      await lease.close();
    },
  };
}
