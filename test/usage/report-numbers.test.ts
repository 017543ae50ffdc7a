import { describe, expect, it } from 'vitest';
import { latencyColumnNames } from '../../src/db/schema/latency-columns.ts';
import { meanLatency, numbersOf, quantile } from '../../src/usage/report/usage-numbers.ts';

const withLatency = (counts: Record<string, number>) =>
  numbersOf({
    ...Object.fromEntries(Object.entries(counts).map(([bound, count]) => [`latency_${bound}`, count])),
    requests: Object.values(counts).reduce((sum, count) => sum + count, 0),
    latency_total_ms: 600,
  });

describe('latency from a histogram', () => {
  it('is linear within a part', () => {
    const numbers = withLatency({ 100: 50, 150: 50 });
    expect([quantile(numbers, 0.25), quantile(numbers, 0.5), quantile(numbers, 0.75)]).toEqual([85, 100, 125]);
    expect(meanLatency(numbers)).toBe(6);
  });

  it('is that of the slowest bound for what is slower', () => {
    expect(quantile(withLatency({ more: 3 }), 0.5)).toBe(30_000);
  });

  it('is unknown without requests', () => {
    expect([quantile(numbersOf(undefined), 0.5), meanLatency(numbersOf(undefined))]).toEqual([undefined, undefined]);
  });

  it('never falls when the share rises', () => {
    const numbers = withLatency(Object.fromEntries(latencyColumnNames.map((name, part) => [name.slice(8), part % 4])));
    const quantiles = Array.from({ length: 101 }, (_, percent) => quantile(numbers, percent / 100) ?? 0);
    expect(quantiles).toEqual([...quantiles].sort((one, other) => one - other));
  });
});
