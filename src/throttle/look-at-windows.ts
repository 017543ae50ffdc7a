import type { CountAnswer, RequestsWindow, ThrottleStore } from './throttle-store.ts';

/** A window that is always full is over this soon; one that is really full says when it has room again. */
const alwaysFullMs = 1;

/**
 * Whether a request would be let through now, without counting it: the store counts in all windows or in none, so it is
 * asked about one more that takes nobody. To the millisecond: a window that ends within one has room. While the shared
 * counts cannot be reached, each instance answers from its own.
 */
export async function lookAtWindows(
  store: Pick<ThrottleStore, 'count'>,
  windows: readonly [RequestsWindow, ...RequestsWindow[]],
): Promise<CountAnswer> {
  const [{ id, partition }] = windows;
  const alwaysFull: RequestsWindow = { id: `${id}:look`, partition, max: 0, windowMs: alwaysFullMs };
  const answer = await store.count([...windows, alwaysFull]);
  if (answer.kind === 'COUNTED' || answer.retryAfterMs > alwaysFullMs) return answer;
  return { kind: 'COUNTED', remaining: 0, resetMs: 0, firstResetMs: 0 };
}
