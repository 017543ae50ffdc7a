/** What a key is once its secret was proved: everything that admission needs, and nothing that is secret. */
export interface ApiKeyRecord {
  /** UUID; a global id on the API is made from it. */
  readonly id: string;
  /** The 12 characters that stand in the token. */
  readonly publicId: string;
  readonly name: string;
  readonly environment: ApiKeyEnvironment;
  readonly type: ApiKeyType;
  readonly applicationScope: ApplicationScope;
  readonly application: ApplicationRecord;
  /** Own rules, in the grammar of privileges. What decides is `effectiveRules(key)`. */
  readonly privileges: readonly string[];
  /** Of the key's own type; a change to one reaches the key at once. */
  readonly roles: readonly RoleRecord[];
  /** What a management key may hand out on the protected API. */
  readonly grantable: readonly string[] | undefined;
  readonly onDenied: OnDenied;
  /** Absent: everything is enforced. API keys only. */
  readonly enforcement?: Enforcement | undefined;
  /** Name of a plan, or `undefined` for the default of the type. */
  readonly plan: string | undefined;
  readonly throttle: ThrottleOverride | undefined;
  /** Where the key works and for what. */
  readonly restrictions: ApiKeyRestrictions | undefined;
  /** Milliseconds since the epoch, as all times here. */
  readonly expiresAt: number | undefined;
  readonly notBefore: number | undefined;
  readonly disabledAt: number | undefined;
  readonly revokedAt: number | undefined;
  readonly deletedAt: number | undefined;
  readonly createdAt: number;
  /** Raised by every change: a cache never replaces a higher version by a lower one. */
  readonly version: number;
}

/** A named set of rules that keys share. */
export interface RoleRecord {
  /** UUID. */
  readonly id: string;
  readonly privileges: readonly string[];
}

/** One of the secrets of a key, without what it is compared by. */
export interface KeySecretRecord {
  /** UUID. */
  readonly id: string;
  readonly status: KeySecretStatus;
  /** Of a pending secret: when it becomes active at the latest. */
  readonly activatedAt: number | undefined;
  readonly expiresAt: number | undefined;
  /** When it was first reported to stand in the open. */
  readonly exposedAt?: number | undefined;
}

type KeySecretStatus = 'PENDING' | 'ACTIVE' | 'RETIRING' | 'EXPIRED' | 'REVOKED';

export interface ApplicationRecord {
  readonly id: string;
  readonly name: string;
  readonly ownerName: string;
  readonly status: ApplicationStatus;
  readonly plan: string | undefined;
  readonly throttle: ThrottleOverride | undefined;
}

export type ApiKeyEnvironment = 'LIVE' | 'TEST';
export type ApiKeyType = 'API' | 'MANAGEMENT';
export type ApplicationScope = 'OWN' | 'ALL';
export type ApplicationStatus = 'ACTIVE' | 'DISABLED' | 'DELETED';
/** What an application wants done with a key of its own that somebody found in the open. */
export type LeakPolicy = 'DISABLE' | 'EXPIRE_AFTER_GRACE' | 'ALERT';
export type OnDenied = 'REJECT' | 'NULL' | 'HIDE';
export type EnforcementMode = 'ENFORCE' | 'MEASURE';

/** What is refused, and what would be refused and is only noted. */
export interface Enforcement {
  readonly privileges: EnforcementMode;
  readonly throttle: EnforcementMode;
}

/** As it is stored; the restrictions room says what each text may be and what it means. */
export interface ApiKeyRestrictions {
  readonly browser?: { readonly allowedReferrers: readonly string[] };
  readonly server?: { readonly allowedIps?: readonly string[]; readonly deniedIps?: readonly string[] };
  readonly android?: {
    readonly allowedApplications: readonly { readonly packageName: string; readonly sha1Fingerprint: string }[];
  };
  readonly ios?: { readonly allowedBundleIds: readonly string[] };
  readonly api?: {
    readonly operationTypes?: readonly ('QUERY' | 'MUTATION' | 'SUBSCRIPTION')[];
    readonly rootFields?: readonly string[];
    readonly documentIds?: readonly string[];
  };
}

/** Numbers of a plan that a key or an application replaces. Points and points a second. */
export interface ThrottleOverride {
  readonly maximumAvailable?: number;
  readonly restoreRate?: number;
  readonly maximumCost?: number;
  readonly inFlight?: number;
  readonly requests?: { readonly max: number; readonly windowMs: number };
  /** Points in a calendar day or month (UTC). */
  readonly quota?: { readonly points: number; readonly period: 'DAY' | 'MONTH' };
}
