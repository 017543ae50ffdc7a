import { judgePrivileges } from '../../admission/privileges.ts';
import { checkDemands } from '../../privileges/demands.ts';
import type { Caller } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import { type Affordable, affordOperation, type CostRefusal, type Validated } from './afford-operation.ts';
import type { Candidate } from './candidate.ts';
import { judgeArguments } from './judge-arguments.ts';
import { restrictedOperation, restrictOperation } from './restrict.ts';

export type Admission = Affordable | Validated | CostRefusal;

/** Steps 8–11: may it, what may it cost, and is there so much left. A refusal has taken nothing. */
export async function admitOperation(
  candidate: Candidate,
  caller: Caller,
  surface: Surface,
  services: PipelineServices,
): Promise<Admission> {
  const { operation, document, variables } = candidate;
  const { plan, demands } = operation;
  const { key, privileges } = caller;
  const { watch } = services;
  const restrictable = restrictedOperation(plan, variables.coerced, document, surface);
  const restricted = watch.step('operation restrictions', () => restrictOperation(caller, restrictable, surface));
  // Where forbidden names look unknown, a refusal that needs the name comes after that.
  if (restricted.kind === 'REFUSED' && key.onDenied !== 'HIDE') return restricted;
  const allowed = watch.step('privileges', () => judgePrivileges(checkDemands(demands, privileges, variables)));
  if (allowed.kind === 'REFUSED') return allowed;
  if (restricted.kind === 'REFUSED') return restricted;

  const usable = await judgeArguments(candidate, surface);
  if (usable.kind === 'REFUSED') return usable;
  return affordOperation(candidate, caller, surface, services);
}
