import type { DocumentNode } from 'graphql';
import type { Outcome, Refusal } from '../admission/verdict.ts';
import type { Arrival } from '../http/edge.ts';
import type { ApiKeyRecord, ApiKeyType, KeySecretRecord } from '../keys/api-key.ts';
import type { CompiledPrivileges } from '../privileges/compile-privileges.ts';
import type { ThrottlePolicy } from '../throttle/policy.ts';

/**
 * What is known of one request, filled in by the steps in their order; the next step takes the previous answers from
 * here, and the access log reads it at the end. It lives as long as the request, in the server context.
 */
export interface RequestRecord {
  readonly arrival: Arrival;
  readonly surface: ApiKeyType;
  /** Steps 1–4. */
  caller: Caller | undefined;
  /** Step 6: refused, unless the operation turns out to be one that is never throttled. */
  overWindow: Refusal | undefined;
  /** Step 7. */
  document: DocumentNode | undefined;
  operation: { readonly name: string | undefined; readonly type: string } | undefined;
  /** Step 10, in points. */
  requestedQueryCost: number | undefined;
  /** Step 13, in points. */
  actualQueryCost: number | undefined;
  outcome: Outcome;
}

/** Who calls, with all that was compiled for it. */
export interface Caller {
  readonly key: ApiKeyRecord;
  readonly secret: KeySecretRecord;
  readonly privileges: CompiledPrivileges;
  readonly policy: ThrottlePolicy;
}

export function startRecord(arrival: Arrival, surface: ApiKeyType): RequestRecord {
  return {
    arrival,
    surface,
    caller: undefined,
    overWindow: undefined,
    document: undefined,
    operation: undefined,
    requestedQueryCost: undefined,
    actualQueryCost: undefined,
    outcome: 'OK',
  };
}
