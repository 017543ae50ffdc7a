import { judgeBudget } from '../../admission/budget.ts';
import type { Verdict } from '../../admission/verdict.ts';
import { microPerPoint } from '../../kernel/micro-points.ts';
import { judgeReserve } from '../../throttle/decide.ts';
import type { Bucket, Reservation } from '../../throttle/throttle-store.ts';
import type { Caller } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import { unlessUnavailable } from './unless-unavailable.ts';

/** Points that one request holds beside those of its operation. What it has it keeps, whatever becomes of asking for more. */
export interface ReservedPoints {
  /** How many are held. */
  readonly points: number;
  /** Reserves so many more. All or none. */
  add(more: number): Promise<Verdict>;
  /** Ends all that is held: so many points of it are kept, at most all, and the rest comes back. */
  settle(kept: number): Promise<void>;
}

/** Slots of a process that died are free again this long after the longest operation would have ended. */
export const reservationMarginMs = 5_000;

/** @param hasPlace the request has its place among what runs already */
export function reservedPoints({ policy }: Caller, services: PipelineServices, hasPlace = false): ReservedPoints {
  const { throttle, watch, makeId, logger, clock, executionTimeoutMs } = services;
  const ttlMs = executionTimeoutMs + reservationMarginMs;
  let held: readonly Reservation[] = [];
  let points = 0;

  /** Why the bucket could never hold so many at once, if it could not. */
  async function neverSo(wanted: number): Promise<Verdict | undefined> {
    const isImpossible = judgeReserve(policy.buckets, [], wanted * microPerPoint, 0).kind === 'IMPOSSIBLE';
    if (!isImpossible) return undefined;
    const asked = await unlessUnavailable(throttle.peek(policy.buckets));
    if (asked.kind === 'REFUSED') return asked;
    const answer = judgeReserve(policy.buckets, asked.answer, wanted * microPerPoint, clock.now());
    return judgeBudget(answer, policy, wanted, throttle.degraded ? 'local' : 'shared');
  }

  return {
    get points() {
      return points;
    },
    async add(more) {
      const never = points > 0 ? await neverSo(points + more) : undefined;
      if (never) return never;
      // One place among what runs is enough for one request.
      const buckets = hasPlace || held.length > 0 ? policy.buckets.map(withoutCap) : policy.buckets;
      const reservation = { id: makeId(), cost: more * microPerPoint, buckets, ttlMs };
      const asked = await watch.step('throttle', () => unlessUnavailable(throttle.reserve(reservation)));
      if (asked.kind === 'REFUSED') return asked;
      const verdict = judgeBudget(asked.answer, policy, more, asked.answer.local ? 'local' : 'shared');
      if (verdict.kind === 'PASSED') {
        held = [...held, reservation];
        points += more;
      }
      return verdict;
    },
    async settle(kept) {
      const ended = held;
      held = [];
      points = 0;
      let left = kept * microPerPoint;
      for (const reservation of ended) {
        const actual = Math.min(left, reservation.cost);
        left -= actual;
        try {
          await watch.step('settle', () => throttle.settle(reservation, actual));
        } catch (err) {
          logger.warn({ err }, 'a reservation was not settled');
        }
      }
    },
  };
}

function withoutCap(bucket: Bucket): Bucket {
  return { ...bucket, inFlight: Number.MAX_SAFE_INTEGER };
}
