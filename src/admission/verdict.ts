import type { GraphQLError } from 'graphql';
import { retryAfterSeconds } from '../throttle/headers.ts';
import type { UsageOutcome } from '../usage/outcomes.ts';

/** What became of a request, as usage counts it. */
export type Outcome = UsageOutcome;

/** The answer of one step. Only a refusal says more. */
export type Verdict = { readonly kind: 'PASSED' } | Refusal;

export interface Refusal {
  readonly kind: 'REFUSED';
  readonly outcome: Outcome;
  readonly errors: readonly GraphQLError[];
  /** Headers of the response that carries the refusal. */
  readonly headers: Readonly<Record<string, string>>;
}

export const passed: Verdict = { kind: 'PASSED' };

export function refused(
  outcome: Outcome,
  errors: readonly GraphQLError[],
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return { kind: 'REFUSED', outcome, errors, headers };
}

/** `Retry-After` in whole seconds (RFC 9110 §10.2.3): never earlier than needed, less than one second later. */
export function retryAfter(ms: number): Record<string, string> {
  return { 'Retry-After': String(retryAfterSeconds(ms)) };
}
