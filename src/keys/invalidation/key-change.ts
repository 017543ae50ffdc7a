import type { Database, Queries } from '../../db/database.ts';
import { raiseKeyEpoch } from './key-epoch.ts';

/** Every instance that caches keys listens here. */
export const keyChangeChannel = 'fieldpass_keys';

/** What a committed change made stale. */
export interface KeyChange extends StaleKeys {
  /** Its number, without holes in the order of commits: who knows of all numbers up to one has missed nothing before. */
  readonly epoch: number;
}

export interface StaleKeys {
  /** Public ids; `ALL` when they would not fit into one notification. */
  readonly keys: readonly string[] | 'ALL';
  /** Ids of applications whose keys are all stale. */
  readonly applications: readonly string[];
}

/** Of a change that may not have happened: numbers begin at 1. */
export const unknownEpoch = 0;

/** A notification holds 8000 bytes: 400 public ids and a few applications stay well below. */
const mostNamed = 400;

/**
 * Numbers a change and tells every instance of it; the last thing that its transaction does. Both happen on commit, so
 * nobody hears of a change that was rolled back, and nobody reads before it is there.
 */
export async function announceKeyChange(database: Database, stale: StaleKeys, within: Queries): Promise<KeyChange> {
  const change = { ...stale, epoch: await raiseKeyEpoch(within) };
  await database.notify(keyChangeChannel, formatKeyChange(change), within);
  return change;
}

export function formatKeyChange(change: KeyChange): string {
  const tooMany = change.keys.length + change.applications.length * 3 > mostNamed;
  return JSON.stringify(tooMany ? { ...change, keys: 'ALL', applications: [] } : change);
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
