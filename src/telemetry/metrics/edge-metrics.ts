import type { ErrorCode } from '../../kernel/error-codes.ts';
import type { MetricReaders } from './registry.ts';

/** Told of every refusal of the edge. */
export function createEdgeMetrics(readers: MetricReaders): (code: ErrorCode) => void {
  const counts = new Map<ErrorCode, number>();
  readers.values('fieldpass_edge_refusals_total', () => [...counts].map(([code, count]) => [count, code] as const));
  return (code) => void counts.set(code, (counts.get(code) ?? 0) + 1);
}
