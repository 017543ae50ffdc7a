import { policyFor } from '../../throttle/policy.ts';
import type { Caller } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';

/** Who calls with this key and this secret, with all that is compiled for them. */
export function asCaller(
  { key, secret }: Pick<Caller, 'key' | 'secret'>,
  surface: Surface,
  { plans }: Pick<PipelineServices, 'plans'>,
): Caller {
  return { key, secret, privileges: surface.privilegesOf(key), policy: policyFor(key, plans) };
}
