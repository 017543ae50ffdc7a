import { createHash, timingSafeEqual } from 'node:crypto';
import type { Served } from './route.ts';

/** Who may read `/metrics` on one listener. */
export type MetricsAccess =
  | { readonly kind: 'ABSENT' }
  | { readonly kind: 'OPEN' }
  | { readonly kind: 'TOKEN'; readonly token: string };

/**
 * With a token: on every listener, to whoever has it. Without: on the listener of the management API alone, where it is
 * open, since only operators can reach that; and nowhere when there is none.
 */
export function metricsAccess(served: Served, token: string | undefined): MetricsAccess {
  if (token !== undefined) return { kind: 'TOKEN', token };
  return served.includes('API') ? { kind: 'ABSENT' } : { kind: 'OPEN' };
}

/** Compared in constant time, whatever the length. */
export function mayReadMetrics(access: MetricsAccess, authorization: string | null): boolean {
  if (access.kind !== 'TOKEN') return access.kind === 'OPEN';
  const [, presented = ''] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  return timingSafeEqual(sha256(presented), sha256(access.token));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
