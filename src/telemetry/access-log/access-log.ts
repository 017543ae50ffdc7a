import type { Handled } from '../../http/arrival.ts';
import type { RequestWatch, WatchedRequest } from '../../http/request-watch.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { createLineBudget } from './line-budget.ts';

/**
 * `sampled`: every request up to the rate, and above it a part; what was refused or failed has a budget of its own.
 * `errors`: only these. `all`: every request, however many.
 */
export type AccessLogMode = 'off' | 'errors' | 'sampled' | 'all';

export interface AccessLogOptions {
  readonly mode: AccessLogMode;
  /** Lines of one second, of each of the two kinds. */
  readonly ratePerSecond: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface AccessLog extends RequestWatch {
  /** Requests that have no line although the mode asks for it. */
  readonly leftOut: number;
}

/** One line for a request: who, what and what came of it; never arguments, variables or secrets. */
export function createAccessLog({ mode, ratePerSecond, clock, logger }: AccessLogOptions): AccessLog {
  const rate = mode === 'all' ? Number.POSITIVE_INFINITY : ratePerSecond;
  const succeeded = createLineBudget(rate);
  const failed = createLineBudget(rate);
  let leftOut = 0;

  function log({ arrival, path }: WatchedRequest, { response: { status }, report }: Handled): void {
    const isFailed = report?.outcome !== 'OK';
    if (mode === 'errors' && !isFailed) return;
    const sampledOneOf = (isFailed ? failed : succeeded).take(clock.now());
    if (sampledOneOf === undefined) {
      leftOut++;
      return;
    }
    const { requestId, method, clientAddress, startedAt } = arrival;
    const durationMs = Math.round(clock.monotonic() - startedAt);
    const { wouldBeDenied = [], wouldBeThrottled = [], throttledBy = [], deniedPrivileges: _, ...rest } = report ?? {};
    const line = {
      requestId,
      method,
      path,
      status,
      durationMs,
      clientAddress,
      ...rest,
      ...(throttledBy.length > 0 && { throttledBy }),
      ...(wouldBeDenied.length > 0 && { wouldBeDenied }),
      ...(wouldBeThrottled.length > 0 && { wouldBeThrottled }),
      ...(sampledOneOf > 1 && { sampledOneOf }),
    };
    logger.info(line, 'request');
  }

  return {
    get leftOut() {
      return leftOut;
    },
    async watch(request, serve) {
      const handled = await serve();
      if (mode !== 'off' && logger.isLevelEnabled('info')) log(request, handled);
      return handled;
    },
  };
}
