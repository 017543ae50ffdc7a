import { type ExplainedStep, type RequestStep, requestSteps } from '../../admission/explanation.ts';
import type { Verdict } from '../../admission/verdict.ts';
import { codeOf } from '../../kernel/errors.ts';

const givenKey = 'The request is explained as if it carried the secret.';
const nothingRuns = 'Nothing runs and nothing is charged.';

/** Why a step has no verdict; the others only when one before them refused. */
const reasons: Readonly<Partial<Record<RequestStep, string>>> = {
  HEADER: givenKey,
  LOOKUP: givenKey,
  EXECUTE: nothingRuns,
  SETTLE: nothingRuns,
  RECORD: nothingRuns,
};

/** Collects verdicts in whatever order they come; a later one of a step replaces an earlier one. */
export function explainedSteps() {
  const explained = new Map<RequestStep, ExplainedStep>();
  return {
    /** @param note what an admin should know, beside what the caller would be told */
    judge: (step: RequestStep, verdict: Verdict, note?: string): void =>
      void explained.set(step, explain(step, verdict, note)),
    all: (): readonly ExplainedStep[] => requestSteps.map((step) => explained.get(step) ?? skipped(step)),
  };
}

export type ExplainedSteps = ReturnType<typeof explainedSteps>;

function skipped(step: RequestStep): ExplainedStep {
  const message = reasons[step] ?? 'A step before it refused the request.';
  return { step, outcome: 'SKIPPED', code: undefined, message };
}

function explain(step: RequestStep, verdict: Verdict, note: string | undefined): ExplainedStep {
  if (verdict.kind === 'PASSED') return { step, outcome: 'PASSED', code: undefined, message: note };
  const [first] = verdict.errors;
  const more = verdict.errors.length > 1 ? ` (and ${verdict.errors.length - 1} more)` : '';
  const told = `${first?.message ?? ''}${more}`;
  const message = note === undefined ? told : `${told} ${note}`;
  return { step, outcome: 'REFUSED', code: codeOf(first), message };
}
