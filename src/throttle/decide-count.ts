import type { Micros } from './decide.ts';
import type { CountAnswer, RequestsWindow } from './throttle-store.ts';

/** Requests counted since `startedAt`. A window starts with the first request after the last one ended. */
export interface WindowCount {
  readonly startedAt: Micros;
  readonly count: number;
}

export interface CountDecision {
  readonly answer: CountAnswer;
  /** In the order of the windows; empty when nothing changes. */
  readonly counts: readonly WindowCount[];
}

/** Counts `requests` in every window, or none of them in any. What remains is told of the fullest. */
export function decideCount(
  windows: readonly { readonly window: RequestsWindow; readonly counted: WindowCount | undefined }[],
  requests: number,
  now: Micros,
): CountDecision {
  let remaining = Number.MAX_SAFE_INTEGER;
  let resetMs = 0;
  let firstResetMs = Number.MAX_SAFE_INTEGER;
  let retryAfterMs = 0;
  const counts: WindowCount[] = [];
  for (const { window, counted } of windows) {
    const running =
      counted && now < counted.startedAt + window.windowMs * 1000 ? counted : { startedAt: now, count: 0 };
    const untilReset = Math.ceil((running.startedAt - now) / 1000 + window.windowMs);
    if (running.count + requests > window.max) retryAfterMs = Math.max(retryAfterMs, untilReset);
    counts.push({ startedAt: running.startedAt, count: running.count + requests });
    firstResetMs = Math.min(firstResetMs, untilReset);
    const left = window.max - running.count - requests;
    if (left < remaining) [remaining, resetMs] = [left, untilReset];
  }
  if (retryAfterMs > 0) return { answer: { kind: 'REFUSED', retryAfterMs }, counts: [] };
  return { answer: { kind: 'COUNTED', remaining, resetMs, firstResetMs }, counts };
}
