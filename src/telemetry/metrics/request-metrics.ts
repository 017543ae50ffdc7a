import type { Handled } from '../../http/arrival.ts';
import type { RequestReport } from '../../http/request-report.ts';
import type { RequestWatch } from '../../http/request-watch.ts';
import type { StreamEvent } from '../../pipeline/request-record.ts';
import { createDurationTally, type DurationTally } from './duration-tally.ts';
import { createLabelTally } from './label-tally.ts';
import type { MetricReaders } from './registry.ts';

/** Requests of one kind; a kind is a surface, an operation type and an outcome. */
interface KindTally {
  readonly surface: string;
  readonly operationType: string;
  readonly outcome: string;
  readonly durations: DurationTally;
}

/** What operations of one surface cost, in points. */
interface CostTally {
  requested: number;
  actual: number;
  refunded: number;
  events: number;
}

export interface RequestMetrics extends RequestWatch {
  streamEvent(surface: string, event: StreamEvent): void;
}

/** Counts requests; a request costs a few additions. `monotonic` in milliseconds. */
export function createRequestMetrics(readers: MetricReaders, monotonic: () => number): RequestMetrics {
  const kinds = new Map<string, KindTally>();
  const costs = new Map<string, CostTally>();
  const throttled = createLabelTally();
  const denials = createLabelTally();
  const measured = createLabelTally();
  let inFlight = 0;

  readers.values('fieldpass_requests_total', () =>
    [...kinds.values()].map((kind) => [kind.durations.count, kind.surface, kind.operationType, kind.outcome] as const),
  );
  readers.durations('fieldpass_request_duration_seconds', () =>
    [...kinds.values()].map((kind) => [kind.durations, kind.surface, kind.operationType, kind.outcome] as const),
  );
  readers.values('fieldpass_requests_in_flight', () => [[inFlight]]);
  const costOf = (part: keyof CostTally) => () => [...costs].map(([surface, cost]) => [cost[part], surface] as const);
  readers.values('fieldpass_cost_requested_points_total', costOf('requested'));
  readers.values('fieldpass_cost_actual_points_total', costOf('actual'));
  readers.values('fieldpass_cost_refunded_points_total', costOf('refunded'));
  readers.values('fieldpass_stream_events_total', costOf('events'));
  readers.values('fieldpass_throttled_total', throttled.samples);
  readers.values('fieldpass_privilege_denials_total', denials.samples);
  readers.values('fieldpass_measured_refusals_total', measured.samples);

  function kindOf(surface: string, operationType: string, outcome: string): KindTally {
    const name = `${surface} ${operationType} ${outcome}`;
    let kind = kinds.get(name);
    if (kind === undefined) {
      kind = { surface, operationType, outcome, durations: createDurationTally() };
      kinds.set(name, kind);
    }
    return kind;
  }

  function costsOf(surface: string): CostTally {
    let cost = costs.get(surface);
    if (cost === undefined) {
      cost = { requested: 0, actual: 0, refunded: 0, events: 0 };
      costs.set(surface, cost);
    }
    return cost;
  }

  function count(surface: string, { response, report, clientLeft }: Handled, seconds: number): void {
    const outcome = report?.outcome ?? (clientLeft ? 'CLIENT_LEFT' : response.status < 500 ? 'INVALID' : 'ERROR');
    kindOf(surface, report?.operationType ?? 'none', outcome).durations.add(seconds);
    if (!report) return;
    if (report.requestedQueryCost !== undefined) {
      pay(costsOf(surface), report.requestedQueryCost, report.actualQueryCost);
    }
    if (outcome !== 'OK') countRefusals(surface, report);
    if (report.wouldBeDenied.length > 0) measured.add(surface, 'privileges');
    if (report.wouldBeThrottled.length > 0) measured.add(surface, 'throttle');
  }

  function countRefusals(surface: string, { throttledBy, deniedPrivileges }: RequestReport): void {
    for (const policy of throttledBy) throttled.add(surface, policy);
    for (const privilege of deniedPrivileges) denials.add(surface, privilege);
  }

  return {
    async watch({ arrival, surface }, serve) {
      inFlight++;
      try {
        const handled = await serve();
        count(surface, handled, (monotonic() - arrival.startedAt) / 1000);
        return handled;
      } finally {
        inFlight--;
      }
    },
    streamEvent(surface, { requestedCost, actualCost }) {
      const cost = costsOf(surface);
      cost.events++;
      pay(cost, requestedCost, actualCost);
    },
  };
}

/** What was refused has no actual cost, and nothing to give back. */
function pay(cost: CostTally, requested: number, actual: number | undefined): void {
  cost.requested += requested;
  if (actual === undefined) return;
  cost.actual += actual;
  cost.refunded += Math.max(0, requested - actual);
}
