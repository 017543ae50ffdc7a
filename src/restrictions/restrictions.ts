import type { AndroidApplication } from './client-app.ts';

/**
 * Where a key works and for what, as it is stored: texts that were checked. `browser`, `android` and `ios` are
 * alternatives, of which one that is given must match; `server` addresses and `api` are required beside them. Within a
 * kind one entry is enough. A record of the keys room carries one.
 */
export interface Restrictions {
  readonly browser?: { readonly allowedReferrers: readonly string[] };
  readonly server?: { readonly allowedIps?: readonly string[]; readonly deniedIps?: readonly string[] };
  readonly android?: { readonly allowedApplications: readonly AndroidApplication[] };
  readonly ios?: { readonly allowedBundleIds: readonly string[] };
  readonly api?: ApiRestriction;
}

/** Which operations a key may send. */
export interface ApiRestriction {
  readonly operationTypes?: readonly OperationKind[];
  /** Names of root fields; a last `*` stands for any rest. */
  readonly rootFields?: readonly string[];
  /** Ids of trusted documents, `sha256:<hex>`: no other document is executed. */
  readonly documentIds?: readonly string[];
}

export type OperationKind = 'QUERY' | 'MUTATION' | 'SUBSCRIPTION';
