import type { AuditEntry } from '../audit/audit-entry.ts';
import { recordAudit, takeAuditTurn } from '../audit/record-audit.ts';
import type { Queries } from '../db/database.ts';
import { isUnavailable } from '../db/database-error.ts';
import { codedError } from '../kernel/errors.ts';
import type { ApiKeyRecord, KeySecretRecord } from '../keys/api-key.ts';
import type { Acknowledgement } from '../keys/invalidation/await-acknowledgement.ts';
import { announceKeyChange, type KeyChange, unknownEpoch } from '../keys/invalidation/key-change.ts';
import { readKeyEpoch } from '../keys/invalidation/key-epoch.ts';
import { judge } from '../keys/resolve/judge.ts';
import { secretAt } from '../keys/secret-at.ts';
import { findApiKey } from '../keys/store/find-api-keys.ts';
import { findStoredSecrets } from '../keys/store/secret-store.ts';
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

/** What the audit chain keeps of a change, its target aside. */
export type ChangeNote = Pick<AuditEntry, 'action' | 'before' | 'after'>;

type ChangeEntry = ChangeNote & Pick<AuditEntry, 'targetType' | 'targetId' | 'applicationId'>;

/** A change that a key asks for, with that key as it is in the database at this moment. */
export interface ActorChange extends Change {
  readonly actor: ApiKeyRecord;
}

/**
 * Runs a use case in one transaction: the change, its audit entries and its notification are there together or not at
 * all. Changes take turns, on every instance, so nothing that one has read can be changed by another before it commits:
 * the actor, its ceiling and the target are judged as they are, not as the request found them. It resolves when the change
 * is in force on every instance. When the process dies before the commit, nothing happened; after it, the change stands,
 * the other instances are told by the database, and it is in force a lease later.
 */
export async function changeBy<Value>(
  services: AdministrationServices,
  caller: Caller,
  work: (change: ActorChange) => Promise<Value>,
): Promise<Value> {
  const { value } = await run(services, caller, asActor(caller, work), 'WHEN_STALE');
  return value;
}

/** From `effectiveAt` (milliseconds since the epoch) on, no instance acts on what was before. */
export interface ChangeReceipt extends Acknowledgement {
  readonly effectiveAt: number;
}

/** The same with its receipt, also when there was nothing to change: what made it so may have been made a moment ago. */
export async function changeWithReceipt<Value>(
  services: AdministrationServices,
  caller: Caller,
  work: (change: ActorChange) => Promise<Value>,
): Promise<{ readonly value: Value; readonly receipt: ChangeReceipt }> {
  const { value, acknowledgement } = await run(services, caller, asActor(caller, work), 'ALWAYS');
  return { value, receipt: { ...acknowledgement, effectiveAt: services.clock.now() } };
}

/** A change that no key asks for: the first start, a command on the database itself. */
export async function changeBySystem<Value>(
  services: AdministrationServices,
  work: (change: Change) => Promise<Value>,
): Promise<Value> {
  const { value } = await run(services, undefined, work, 'WHEN_STALE');
  return value;
}

function asActor<Value>(caller: Caller, work: (change: ActorChange) => Promise<Value>) {
  return async (change: Change): Promise<Value> => {
    const actor = await findApiKey(change.within, caller.key.id, 'ALL');
    if (!actor) throw codedError('API_KEY_REVOKED', 'The calling key does not exist any more.');
    const secret = await provedSecret(change, caller);
    return work({ ...change, actor: stillActive(actor, secret, change.now) });
  };
}

async function run<Value>(
  services: AdministrationServices,
  caller: Caller | undefined,
  work: (change: Change) => Promise<Value>,
  awaits: 'WHEN_STALE' | 'ALWAYS',
): Promise<{ readonly value: Value; readonly acknowledgement: Acknowledgement }> {
  const { database, clock, keyChanges } = services;
  const entries: ChangeEntry[] = [];
  const keys = new Set<string>();
  const applications = new Set<string>();
  let announced: KeyChange | undefined;
  let made: { readonly value: Value; readonly epoch: number };
  try {
    made = await database.transaction(async (within) => {
      // It may be run again.
      for (const noted of [keys, applications]) noted.clear();
      entries.length = 0;
      announced = undefined;
      await takeAuditTurn(within);
      const now = clock.now();
      const value = await work({
        within,
        now,
        record: (entry) => void entries.push(entry),
        touchKeys: (...publicIds) => publicIds.forEach((publicId) => void keys.add(publicId)),
        touchApplication: (id) => void applications.add(id),
      });
      const by = { actorKeyId: caller?.key.id, actorAddress: caller?.address, requestId: caller?.requestId };
      const sequences = await recordAudit(
        within,
        entries.map((entry) => ({ ...entry, ...by, at: now })),
      );
      const announcements = sequences.flatMap((sequence, index) => {
        const entry = entries[index];
        if (!entry) return [];
        const { action, targetType, targetId } = entry;
        return [{ action, sequence, targetType, targetId, at: now }];
      });
      await services.outbox?.add(within, announcements);
      if (keys.size > 0 || applications.size > 0) {
        announced = await announceKeyChange(database, { keys: [...keys], applications: [...applications] }, within);
      }
      const epoch = announced?.epoch ?? (awaits === 'ALWAYS' ? await readKeyEpoch(within) : unknownEpoch);
      return { value, epoch };
    });
  } catch (cause) {
    // A commit whose answer was lost may have happened, or may yet: its notification must count when it comes.
    if (announced) keyChanges.committed({ ...announced, epoch: unknownEpoch });
    if (!isUnavailable(cause)) throw cause;
    throw codedError('DATABASE_UNAVAILABLE', 'The database does not answer. Whether the change was made is not known.');
  }
  if (announced) keyChanges.committed(announced);
  const { value, epoch } = made;
  return { value, acknowledgement: epoch === unknownEpoch ? nothingChanged : await keyChanges.inForce(epoch) };
}

const nothingChanged: Acknowledgement = { instancesAcknowledged: 1, instancesTotal: 1 };

const endings = {
  REVOKED: 'API_KEY_REVOKED',
  DISABLED: 'API_KEY_DISABLED',
  EXPIRED: 'API_KEY_EXPIRED',
  NOT_YET_VALID: 'API_KEY_NOT_YET_VALID',
} as const;

/** The secret that the request came with, as it is now; one that is not kept any more ended long ago. */
async function provedSecret({ within, now }: Change, { key, secretId }: Caller): Promise<KeySecretRecord> {
  const proved = { id: secretId ?? '', status: 'ACTIVE', activatedAt: undefined, expiresAt: undefined } as const;
  if (secretId === undefined) return proved;
  const secrets = await findStoredSecrets(within, key.id);
  const found = secrets.find(({ id }) => id === secretId);
  return found ? secretAt(found, secrets, now) : { ...proved, status: 'REVOKED' };
}

/** The request was let in when it came; whether the key and its secret may still act is judged again. */
function stillActive(actor: ApiKeyRecord, secret: KeySecretRecord, now: number): ApiKeyRecord {
  const judgement = judge(actor, secret, now);
  if (judgement.kind === 'ACTIVE') return judgement.key;
  throw codedError(endings[judgement.kind], 'The calling key ended while its request was under way.');
}
