import type { Database, Queries } from '../../db/database.ts';

/** Every instance that caches keys listens here. */
export const keyChangeChannel = 'fieldpass_keys';

/** What a committed change made stale. */
export interface KeyChange {
  /** Place of the change in the audit chain, which orders all changes: an instance that knows it missed none before. */
  readonly epoch: number;
  /** Public ids; `ALL` when they would not fit into one notification. */
  readonly keys: readonly string[] | 'ALL';
  /** Ids of applications whose keys are all stale. */
  readonly applications: readonly string[];
}

/** Of a change whose place is not known, or not certain: numbers of the chain begin at 1. */
export const unknownEpoch = 0;

/** A notification holds 8000 bytes: 400 public ids and a few applications stay well below. */
const mostNamed = 400;

/** Sent on commit, so nobody hears of a change that was rolled back, and nobody reads before it is there. */
export async function announceKeyChange(database: Database, change: KeyChange, within: Queries): Promise<void> {
  const tooMany = change.keys.length + change.applications.length * 3 > mostNamed;
  const named: KeyChange = tooMany ? { ...change, keys: 'ALL', applications: [] } : change;
  await database.notify(keyChangeChannel, JSON.stringify(named), within);
}

/** A payload that nobody of ours sent counts as a change of everything. */
export function parseKeyChange(payload: string): KeyChange {
  try {
    const { epoch, keys, applications } = JSON.parse(payload) as Partial<KeyChange>;
    if (typeof epoch === 'number' && (keys === 'ALL' || Array.isArray(keys)) && Array.isArray(applications)) {
      return { epoch, keys, applications };
    }
  } catch {
    // Falls through: not JSON.
  }
  return { epoch: unknownEpoch, keys: 'ALL', applications: [] };
}
