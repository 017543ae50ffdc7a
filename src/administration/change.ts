import type { AuditEntry } from '../audit/audit-entry.ts';
import { recordAudit, takeAuditTurn } from '../audit/record-audit.ts';
import type { Queries } from '../db/database.ts';
import { isUnavailable } from '../db/database-error.ts';
import { codedError } from '../kernel/errors.ts';
import type { ApiKeyRecord } from '../keys/api-key.ts';
import { judge } from '../keys/resolve/judge.ts';
import { announceKeyChange, type KeyChange, unknownEpoch } from '../keys/resolve/key-change.ts';
import { findApiKey } from '../keys/store/find-api-keys.ts';
import type { AdministrationServices, Caller } from './services.ts';

/** One change while it is made. */
export interface Change {
  readonly within: Queries;
  /** Milliseconds since the epoch: every time that the change writes. */
  readonly now: number;
  /** Notes what was done; written to the audit chain before the commit. */
  record(entry: ChangeEntry): void;
  /** Keys by public id whose cached state is stale once this is committed. */
  touchKeys(...publicIds: readonly string[]): void;
  touchApplication(id: string): void;
}

type ChangeEntry = Pick<AuditEntry, 'action' | 'targetType' | 'targetId' | 'applicationId' | 'before' | 'after'>;

/** A change that a key asks for, with that key as it is in the database at this moment. */
export interface ActorChange extends Change {
  readonly actor: ApiKeyRecord;
}

/**
 * Runs a use case in one transaction: the change, its audit entries and its notification are there together or not at
 * all. Changes take turns, on every instance, so nothing that one has read can be changed by another before it commits:
 * the actor, its ceiling and the target are judged as they are, not as the request found them. When the process dies
 * before the commit, nothing happened; after it, the change stands and the other instances are told by the database.
 */
export async function changeBy<Value>(
  services: AdministrationServices,
  caller: Caller,
  work: (change: ActorChange) => Promise<Value>,
): Promise<Value> {
  return run(services, caller, async (change) => {
    const actor = await findApiKey(change.within, caller.key.id, 'ALL');
    if (!actor) throw codedError('API_KEY_REVOKED', 'The calling key does not exist any more.');
    return work({ ...change, actor: stillActive(actor, change.now) });
  });
}

/** A change that no key asks for: the first start, a command on the database itself. */
export async function changeBySystem<Value>(
  services: AdministrationServices,
  work: (change: Change) => Promise<Value>,
): Promise<Value> {
  return run(services, undefined, work);
}

async function run<Value>(
  services: AdministrationServices,
  caller: Caller | undefined,
  work: (change: Change) => Promise<Value>,
): Promise<Value> {
  const { database, clock } = services;
  const entries: ChangeEntry[] = [];
  const keys = new Set<string>();
  const applications = new Set<string>();
  let stale: KeyChange | undefined;
  try {
    const made = await database.transaction(async (within) => {
      await takeAuditTurn(within);
      const now = clock.now();
      const value = await work({
        within,
        now,
        record: (entry) => void entries.push(entry),
        touchKeys: (...publicIds) => publicIds.forEach((publicId) => void keys.add(publicId)),
        touchApplication: (id) => void applications.add(id),
      });
      for (const entry of entries) {
        const epoch = await recordAudit(within, {
          ...entry,
          at: now,
          actorKeyId: caller?.key.id,
          actorAddress: caller?.address,
          requestId: caller?.requestId,
        });
        stale = { epoch, keys: [...keys], applications: [...applications] };
      }
      if (stale) await announceKeyChange(database, stale, within);
      return value;
    });
    if (stale) services.forget(stale);
    return made;
  } catch (cause) {
    // A commit whose answer was lost may have happened, or may yet: its notification must count when it comes.
    if (stale) services.forget({ ...stale, epoch: unknownEpoch });
    if (!isUnavailable(cause)) throw cause;
    throw codedError('DATABASE_UNAVAILABLE', 'The database does not answer. Whether the change was made is not known.');
  }
}

const endings = {
  REVOKED: 'API_KEY_REVOKED',
  DISABLED: 'API_KEY_DISABLED',
  EXPIRED: 'API_KEY_EXPIRED',
  NOT_YET_VALID: 'API_KEY_NOT_YET_VALID',
} as const;

/** The secret was proved when the request came in; whether the key may still act is judged again. */
function stillActive(actor: ApiKeyRecord, now: number): ApiKeyRecord {
  const proved = { id: actor.id, status: 'ACTIVE', activatedAt: undefined, expiresAt: undefined } as const;
  const judgement = judge(actor, proved, now);
  if (judgement.kind === 'ACTIVE') return judgement.key;
  throw codedError(endings[judgement.kind], 'The calling key ended while its request was under way.');
}
