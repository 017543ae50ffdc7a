import type { SurfaceName } from './route.ts';

/** What came of a request to one of the two APIs: never arguments, variables or secrets. */
export interface RequestReport {
  readonly surface: SurfaceName;
  /** As usage counts it. */
  readonly outcome: string;
  /** Code of the first error of the answer. */
  readonly errorCode: string | undefined;
  /** Of a key that was proved. */
  readonly keyPublicId: string | undefined;
  readonly applicationId: string | undefined;
  /** As the client chose it; cut, and without control characters. */
  readonly operationName: string | undefined;
  /** `query`, `mutation`, `subscription`, or `schema` for an export of the schema. */
  readonly operationType: string | undefined;
  /** SHA-256 of the operation without its literals: what usage knows it by. */
  readonly documentHash: string | undefined;
  /** Points. */
  readonly requestedQueryCost: number | undefined;
  readonly actualQueryCost: number | undefined;
  /** The limits that refused it or fields of it: `cost`, `inFlight`, `field` … */
  readonly throttledBy: readonly string[];
  /** The verbs of privileges that were lacking, one for each. */
  readonly deniedPrivileges: readonly string[];
  /** Rules and codes that are measured and not enforced. */
  readonly wouldBeDenied: readonly string[];
  readonly wouldBeThrottled: readonly string[];
}
