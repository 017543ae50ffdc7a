import type { DocumentNode, GraphQLError, OperationDefinitionNode } from 'graphql';
import type { Outcome, Refusal } from '../admission/verdict.ts';
import type { CostMode } from '../cost/cost-extensions.ts';
import type { Arrival } from '../http/arrival.ts';
import type { ErrorCode } from '../kernel/error-codes.ts';
import type { ApiKeyRecord, ApiKeyType, KeySecretRecord } from '../keys/api-key.ts';
import type { CompiledPrivileges } from '../privileges/compile-privileges.ts';
import type { PresentedClient } from '../restrictions/judge-client.ts';
import type { ThrottlePolicy } from '../throttle/policy.ts';
import type { VariableValues } from './admit/candidate.ts';
import type { ReadingCharge } from './admit/reading.ts';
import type { PrepareAnswer, PreparedOperation } from './document/prepare-operation.ts';

/**
 * What is known of one request, filled in by the steps in their order; the next step takes the previous answers from
 * here, and the access log reads it at the end. It lives as long as the request, in the server context.
 */
export interface RequestRecord {
  readonly arrival: Arrival;
  readonly surface: ApiKeyType;
  /** What the request asks about its price. */
  readonly costMode: CostMode | undefined;
  /** Step 3: the key that the request names, proved or not. */
  namedKey: ApiKeyRecord | undefined;
  /** Steps 1–4. */
  caller: Caller | undefined;
  /** Step 5: what the request says of where it comes from. */
  client: PresentedClient | undefined;
  /** Step 5: whether the key lists the web origin of the request; `undefined` until a key was proved. */
  originListed: boolean | undefined;
  /** Steps 6 and 7: refused by the throttle, unless the operation turns out to be one that is never throttled. */
  heldBack: Refusal | undefined;
  /** Step 7: what reading the document costs, when it is long. */
  reading: ReadingCharge | undefined;
  /** Step 12, in points: what it cost to read documents that are arguments, beside the price. */
  argumentPoints: number;
  /** It is known who asks, and what they ask is an operation: from here on an event stream tells what is refused. */
  isAccepted: boolean;
  /** Step 7. */
  document: DocumentNode | undefined;
  /** The operation that was asked for, compiled or refused, once for the request. */
  prepared: PrepareAnswer | undefined;
  /** The operation that was asked for by name. */
  operationName: string | undefined;
  operation: RecordedOperation | undefined;
  /** Steps 8–11: what was admitted; usage counts the privileges that it used. */
  admitted: AdmittedOperation | undefined;
  /** Step 10, in points. */
  requestedQueryCost: number | undefined;
  /** Step 13, in points. */
  actualQueryCost: number | undefined;
  /** Rules that the key lacks and that are measured, not enforced. */
  wouldBeDenied: readonly string[];
  /** Codes of refusals of the throttle that are measured, not enforced. */
  wouldBeThrottled: readonly ErrorCode[];
  outcome: Outcome;
  /** All errors of the answer. */
  errors: readonly GraphQLError[];
  /** Counts an event of the stream that answers the request. */
  countEvent: (event: StreamEvent) => void;
}

interface AdmittedOperation {
  readonly operation: PreparedOperation;
  readonly variables: VariableValues;
  /** When, in milliseconds since the epoch: usage counts it in the day or month whose quota has paid for it. */
  readonly at: number;
}

/** What one event of a stream came to. */
export interface StreamEvent {
  /** When it was admitted, in milliseconds since the epoch. */
  readonly at: number;
  /** Points. */
  readonly requestedCost: number;
  readonly actualCost: number;
  readonly errors: number;
}

export interface RecordedOperation {
  readonly name: string | undefined;
  readonly type: string;
  readonly definition?: OperationDefinitionNode;
}

/** Who calls, with all that was compiled for it. */
export interface Caller {
  readonly key: ApiKeyRecord;
  readonly secret: KeySecretRecord;
  /** What is enforced. */
  readonly privileges: CompiledPrivileges;
  /** The key's own privileges, when they are measured and not enforced. */
  readonly measured?: CompiledPrivileges;
  readonly policy: ThrottlePolicy;
}

export function startRecord(arrival: Arrival, surface: ApiKeyType, costMode?: CostMode): RequestRecord {
  return {
    arrival,
    surface,
    costMode,
    namedKey: undefined,
    caller: undefined,
    client: undefined,
    originListed: undefined,
    heldBack: undefined,
    reading: undefined,
    argumentPoints: 0,
    isAccepted: false,
    document: undefined,
    prepared: undefined,
    operationName: undefined,
    operation: undefined,
    admitted: undefined,
    requestedQueryCost: undefined,
    actualQueryCost: undefined,
    wouldBeDenied: [],
    wouldBeThrottled: [],
    outcome: 'OK',
    errors: [],
    countEvent: () => {},
  };
}
