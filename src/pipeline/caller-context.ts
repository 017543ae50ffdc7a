import { keyStatus } from '../admission/budget.ts';
import { usablePrivileges } from '../privileges/usable-privileges.ts';
import { fullAgainAt } from '../throttle/throttle-status.ts';
import type { OwnUsageRange } from '../usage/report/own-usage.ts';
import type { Caller, RequestRecord } from './request-record.ts';
import type { PipelineServices } from './services.ts';
import type { Surface } from './surface.ts';

/** What resolvers may know of their caller; each API adds its services. One object for each execution. */
export function callerContext(record: RequestRecord, caller: Caller, surface: Surface, services: PipelineServices) {
  const { key, privileges, policy } = caller;
  return {
    requestId: record.arrival.requestId,
    clientAddress: record.arrival.clientAddress,
    apiKey: key,
    secretId: caller.secret.id,
    secretStatus: caller.secret.status,
    access: privileges,
    usablePrivileges: () => usablePrivileges(surface.compiled, caller.measured ?? privileges),
    ownUsage: (range: OwnUsageRange) => services.ownUsage(key.id, range),
    async budget() {
      const states = await services.throttle.peek(policy.buckets);
      const [bucket] = policy.buckets;
      const state = states[0] ?? { available: bucket.capacity, inFlight: 0 };
      return {
        ...keyStatus(policy, states),
        maximumCost: policy.maximumCost,
        requestedQueryCost: record.requestedQueryCost ?? 0,
        resetAt: fullAgainAt(bucket, state, services.clock.now()),
      };
    },
  };
}
