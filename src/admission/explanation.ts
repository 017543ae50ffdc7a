import type { GraphQLError } from 'graphql';
import type { ApiKeyRecord, KeySecretRecord } from '../keys/api-key.ts';
import type { Verb } from '../plan/verb.ts';

/**
 * What tells one request of requests that nobody sent, in the words of the decisions that admit requests. It reads each
 * document once for the request. All of it throws why reading cannot be paid.
 */
export interface RequestExplainer {
  /** Throws what is wrong with the document. */
  requiredPrivileges(actor: ApiKeyRecord, operation: AskedOperation): Promise<readonly RequiredPrivilege[]>;
  explain(actor: ApiKeyRecord, request: ExplainedRequest): Promise<RequestExplanation>;
  /**
   * Of each document why it could never be executed on the protected API; empty when it could.
   * @throws QUERY_TOO_COMPLEX when all of them together are too much
   */
  documentProblems(actor: ApiKeyRecord, documents: readonly string[]): Promise<readonly (readonly GraphQLError[])[]>;
}

/** What it costs to read documents that are arguments. Throws the refusal when the points are not there. */
export interface ArgumentCharge {
  /** Before so many more are parsed, in UTF-8. */
  bytes(more: number): Promise<void>;
  /** After so many more steps of compiling. */
  steps(more: number): Promise<void>;
}

/** A document that somebody asks about. */
export interface AskedOperation {
  readonly document: string;
  readonly operationName: string | undefined;
}

export interface RequiredPrivilege {
  /** `City.population`; `City.*` where some field of the type must be readable. */
  readonly coordinate: string;
  readonly verb: Verb;
  /** The narrowest rule that gives it. */
  readonly rule: string;
}

/** A request that a key could send: what it would carry, and where it would come from. */
export interface ExplainedRequest extends AskedOperation {
  readonly key: ApiKeyRecord;
  /** The secret that it would prove itself by, as it stands now. */
  readonly secret: KeySecretRecord;
  /** As they would be sent. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly clientAddress: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface RequestExplanation extends ExplainedPrice {
  /** In their order; what follows a refusal is judged as far as it can be. */
  readonly steps: readonly ExplainedStep[];
  /** Privileges that the key lacks, whether or not that refuses the request. */
  readonly denials: readonly RequiredPrivilege[];
}

export interface ExplainedPrice {
  /** In points; `undefined` when it would not come to be priced. */
  readonly requestedQueryCost: number | undefined;
  /** Whether the budget lacks the points at this moment. */
  readonly wouldBeThrottled: boolean | undefined;
  readonly retryAfterMs: number | undefined;
}

export interface ExplainedStep {
  readonly step: RequestStep;
  readonly outcome: 'PASSED' | 'REFUSED' | 'SKIPPED';
  /** Of a refusal. */
  readonly code: string | undefined;
  /** What the caller would be told, or why the step was not looked at. */
  readonly message: string | undefined;
}

/** What happens to a request, in this order. */
export const requestSteps = [
  'HEADER',
  'FORMAT',
  'LOOKUP',
  'STATUS',
  'APPLICATION_RESTRICTIONS',
  'REQUESTS_WINDOW',
  'DOCUMENT',
  'API_RESTRICTIONS',
  'PRIVILEGES',
  'COST',
  'BUDGET',
  'EXECUTE',
  'SETTLE',
  'RECORD',
] as const;

export type RequestStep = (typeof requestSteps)[number];
