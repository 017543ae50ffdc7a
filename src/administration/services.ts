import type { Database } from '../db/database.ts';
import type { Clock } from '../kernel/clock.ts';
import type { RandomBytes } from '../kernel/random.ts';
import type { MakeId } from '../kernel/uuid.ts';
import type { ApiKeyRecord, KeySecretRecord } from '../keys/api-key.ts';
import type { KeyInvalidation } from '../keys/invalidation/key-invalidation.ts';
import type { Peppers } from '../keys/token/secret-hash.ts';
import type { CompiledSchema } from '../plan/compiled-schema.ts';
import type { ThrottlePlans } from '../throttle/plans.ts';
import type { Outbox } from '../webhooks/outbox.ts';

/** What every use case works with; made once by the composition root. */
export interface AdministrationServices {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly makeId: MakeId;
  readonly peppers: Peppers;
  /** First part of every token. */
  readonly keyPrefix: string;
  /** Beginnings of keys of other formats that may be imported. */
  readonly importPrefixes: readonly string[];
  readonly validity: ValidityPolicy;
  /** By the type of the keys that work on them. */
  readonly schemas: { readonly API: CompiledSchema; readonly MANAGEMENT: CompiledSchema };
  /** What `plan` may name. */
  readonly plans: ThrottlePlans;
  /** How changes to keys come into force, on every instance. */
  readonly keyChanges: Pick<KeyInvalidation, 'committed' | 'inForce'>;
  /** Told when documents were registered here. */
  readonly documents?: { forgetUnknown(): void } | undefined;
  /** Absent when nobody is to be told of changes. */
  readonly outbox?: Outbox | undefined;
}

export interface ValidityPolicy {
  /** Of a key that is created without an expiry, in milliseconds. */
  readonly defaultMs: number;
  /** `undefined`: keys may live for ever. */
  readonly maxMs: number | undefined;
}

/** Who asks. Always the key that the request proved, never something that the request says. */
export interface Caller {
  readonly key: ApiKeyRecord;
  /** The secret that it was proved by: every change judges it again. */
  readonly secretId?: string | undefined;
  /** Of that secret, when the request came in. */
  readonly secretStatus: KeySecretRecord['status'];
  readonly address: string;
  readonly requestId: string;
}
