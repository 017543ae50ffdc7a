import { judgePrivileges } from '../../admission/privileges.ts';
import { judgeRetiringSecret } from '../../admission/retiring-secret.ts';
import { refused } from '../../admission/verdict.ts';
import { checkDemands } from '../../privileges/demands.ts';
import { checkArguments } from '../document/check-arguments.ts';
import type { Caller } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import { type Affordable, affordOperation, type CostRefusal, type Validated } from './afford-operation.ts';
import type { Candidate } from './candidate.ts';
import { restrictedOperation, restrictOperation } from './restrict.ts';

export type Admission = Affordable | Validated | CostRefusal;

/** Steps 8–11: may it, what may it cost, and is there so much left. A refusal has taken nothing. */
export async function admitOperation(
  candidate: Candidate,
  caller: Caller,
  surface: Surface,
  services: PipelineServices,
): Promise<Admission> {
  const { operation, document, variables, context } = candidate;
  const { plan, demands, argumentChecks } = operation;
  const { key, privileges } = caller;
  const { schema, argumentReader } = surface;
  const { coerced } = variables;
  const { watch } = services;
  const restrictable = restrictedOperation(plan, coerced, document);
  const retiring = judgeRetiringSecret(key.type, caller.secret, restrictable);
  if (retiring.kind === 'REFUSED') return retiring;
  const restricted = watch.step('operation restrictions', () => restrictOperation(key, restrictable, surface));
  // Where forbidden names look unknown, a refusal that needs the name comes after that.
  if (restricted.kind === 'REFUSED' && key.onDenied !== 'HIDE') return restricted;
  const allowed = watch.step('privileges', () => judgePrivileges(checkDemands(demands, privileges, variables)));
  if (allowed.kind === 'REFUSED') return allowed;
  if (restricted.kind === 'REFUSED') return restricted;

  // Only now: what is wrong with an argument of a denied field is nothing that the caller may know.
  const execution = { schema, plan, variables: coerced, context };
  const problems = await checkArguments(argumentChecks, argumentReader, execution);
  if (problems.length > 0) return refused('INVALID', problems);

  return affordOperation(candidate, caller, surface, services);
}
