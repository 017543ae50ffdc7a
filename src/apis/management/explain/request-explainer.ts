import type { GraphQLError } from 'graphql';
import type { ApiKeyRecord, KeySecretRecord } from '../../../keys/api-key.ts';
import type { Verb } from '../../../plan/verb.ts';

/** What tells of requests that nobody sent. The pipeline, which admits requests, is behind it. */
export interface RequestExplainer {
  /** Throws what is wrong with the document. */
  requiredPrivileges(actor: ApiKeyRecord, operation: Operation): readonly RequiredPrivilege[];
  explain(actor: ApiKeyRecord, request: ExplainedRequest): Promise<RequestExplanation>;
  /** Why a document could never be executed on the protected API; empty when it could. */
  documentProblems(actor: ApiKeyRecord, document: string): readonly GraphQLError[];
}

interface Operation {
  readonly document: string;
  readonly operationName: string | undefined;
}

export interface RequiredPrivilege {
  readonly coordinate: string;
  readonly verb: Verb;
  /** The narrowest rule that gives it. */
  readonly rule: string;
}

export interface ExplainedRequest extends Operation {
  readonly key: ApiKeyRecord;
  /** The secret that it would prove itself by, as it stands now. */
  readonly secret: KeySecretRecord;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly clientAddress: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface RequestExplanation {
  readonly steps: readonly ExplainedStep[];
  readonly denials: readonly RequiredPrivilege[];
  /** In points. */
  readonly requestedQueryCost: number | undefined;
  readonly wouldBeThrottled: boolean | undefined;
  readonly retryAfterMs: number | undefined;
}

export interface ExplainedStep {
  readonly step: (typeof requestSteps)[number];
  readonly outcome: 'PASSED' | 'REFUSED' | 'SKIPPED';
  readonly code: string | undefined;
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
