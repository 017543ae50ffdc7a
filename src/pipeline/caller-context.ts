import { keyStatus } from '../admission/budget.ts';
import { createTurn, type Turn } from '../db/turn.ts';
import { usablePrivileges } from '../privileges/usable-privileges.ts';
import { fullAgainAt } from '../throttle/throttle-status.ts';
import type { OwnUsageRange } from '../usage/report/own-usage.ts';
import type { Caller, RequestRecord } from './request-record.ts';
import type { PipelineServices } from './services.ts';
import type { Surface } from './surface.ts';

/** What every execution runs with, whatever its resolvers see beside it. */
export interface OperationContext {
  /** Its turn at the database. Stopped when the operation is over before its resolvers are. */
  readonly turn: Turn;
}

/** What resolvers may know of their caller; each API adds its services. One object for each execution. */
export function callerContext(record: RequestRecord, caller: Caller, surface: Surface, services: PipelineServices) {
  const { key, privileges, policy } = caller;
  let usable: readonly string[] | undefined;
  const turn = createTurn([key.application.id, key.id]);
  return {
    turn,
    requestId: record.arrival.requestId,
    clientAddress: record.arrival.clientAddress,
    apiKey: key,
    secretId: caller.secret.id,
    secretStatus: caller.secret.status,
    access: privileges,
    /** Worked out once, under however many aliases it is asked for. */
    usablePrivileges() {
      usable ??= usablePrivileges(surface.compiled, caller.measured ?? privileges);
      return usable;
    },
    ownUsage: (range: OwnUsageRange) => services.ownUsage(turn, key.id, range),
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
