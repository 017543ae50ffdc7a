import { describe, expect, it } from 'vitest';
import { createUsageBuffer } from '../../../src/usage/record/usage-buffer.ts';
import { labelsPerKey } from '../../../src/usage/record/usage-labels.ts';
import { operationNamed, someKey, usageEvent } from '../events.ts';

const minute = 60_000;

describe('adding requests up', () => {
  it('keeps one row a minute for requests that are alike', () => {
    const buffer = createUsageBuffer();
    const at = Date.UTC(2026, 10, 24, 12, 0, 59);
    buffer.add(usageEvent({ at, latencyMs: 4, requestedCost: 5, actualCost: 2, errors: 1 }));
    buffer.add(usageEvent({ at, latencyMs: 40_000, requestedCost: 5, actualCost: 3 }));
    buffer.add(usageEvent({ at: at + 1000 }));
    buffer.add(usageEvent({ at, outcome: 'FORBIDDEN' }));
    const { counts } = buffer.take();
    expect(counts.map(({ at: begin, outcome, requests }) => [begin - at, outcome, requests])).toEqual([
      [-59_000, 'FORBIDDEN', 1],
      [-59_000, 'OK', 2],
      [1000, 'OK', 1],
    ]);
    expect(counts[1]).toMatchObject({ errors: 1, requestedCost: 10, actualCost: 5, latencyTotalMs: 40_004 });
    expect(counts[1]?.latency.flatMap((count, part) => (count ? [part] : []))).toEqual([3, 22]);
    expect(buffer.take().counts).toEqual([]);
  });

  it('counts fields by key, whether requests share their set of fields or not', () => {
    const buffer = createUsageBuffer();
    const name = { coordinate: 'City.name', verb: 'read' } as const;
    const shared = [name, { coordinate: 'Query.city', verb: 'read' } as const];
    for (let request = 0; request < 10; request++) buffer.add(usageEvent({ apiKey: someKey, uses: shared }));
    for (let request = 0; request < 300; request++) buffer.add(usageEvent({ apiKey: someKey, uses: [name] }));
    buffer.add(usageEvent({ apiKey: someKey, denials: [name] }));
    const { fields } = buffer.take();
    expect(fields.map(({ coordinate, uses, denials }) => [coordinate, uses, denials]).sort()).toEqual([
      ['City.name', 310, 1],
      ['Query.city', 10, 0],
    ]);
  });

  it('counts what a key names beyond its share under "other", and begins anew with the hour', () => {
    const buffer = createUsageBuffer();
    const start = Date.UTC(2026, 10, 24, 12);
    for (let number = 0; number < 5000; number++) {
      const at = start + (number % 50) * minute;
      buffer.add(usageEvent({ at, apiKey: someKey, operation: operationNamed(`Operation${number}`) }));
      buffer.add(usageEvent({ at, apiKey: someKey, clientName: `client ${number}` }));
    }
    const { counts } = buffer.take();
    const names = new Set(counts.map(({ operationName, clientName }) => `${operationName} ${clientName}`));
    expect(names.size).toBe(labelsPerKey + 1);
    expect(counts.reduce((sum, { requests }) => sum + requests, 0)).toBe(10_000);
    const later = usageEvent({ at: start + 60 * minute, apiKey: someKey, operation: operationNamed('Later') });
    expect(buffer.add(later)).toBe(true);
  });

  it('has a bound, beyond which the oldest minute goes and is counted', () => {
    const buffer = createUsageBuffer();
    const start = Date.UTC(2026, 10, 24, 12);
    for (let number = 0; number < 30_000; number++) {
      const apiKey = { ...someKey, id: `key ${number}` };
      buffer.add(usageEvent({ at: start + (number < 10_000 ? 0 : minute), apiKey }));
    }
    expect(buffer.size).toBe(20_000);
    expect(buffer.dropped).toBe(10_000);
    buffer.add(usageEvent({ at: start + 25 * 60 * minute }));
    expect([buffer.size, buffer.dropped]).toEqual([1, 30_000]);
  });

  it('keeps control characters out of labels', () => {
    const buffer = createUsageBuffer();
    buffer.add(usageEvent({ clientName: 'a\u001f\u0000b\ud800', clientVersion: 'x'.repeat(1000) }));
    expect(buffer.take().counts[0]).toMatchObject({ clientName: 'ab', clientVersion: 'x'.repeat(30) });
  });
});
