import { describe, expect, it } from 'vitest';
import { fieldColumns, setsPerKey } from '../../../src/usage/record/field-counts.ts';
import { countColumns, createUsageBuffer, type MinuteOfUsage } from '../../../src/usage/record/usage-buffer.ts';
import { labelsPerKey } from '../../../src/usage/record/usage-labels.ts';
import { countRows } from '../../../src/usage/record/write-counts.ts';
import { fieldRows } from '../../../src/usage/record/write-fields.ts';
import { heapGrowth } from '../../support/heap.ts';
import { operationNamed, someKey, usageEvent } from '../events.ts';

const minute = 60_000;

/** Rows with their numbers by name, in order of time and outcome. */
function countsOf(minutes: readonly MinuteOfUsage[]) {
  return countRows(minutes).map(({ at, of, numbers }) => ({
    ...of,
    at,
    requests: numbers[countColumns.requests] ?? 0,
    errors: numbers[countColumns.errors],
    requestedCost: numbers[countColumns.requestedCost],
    actualCost: numbers[countColumns.actualCost],
    latencyTotalMs: numbers[countColumns.latencyTotalMs],
    latency: [...numbers.slice(countColumns.latency)],
  }));
}

function fieldsOf(minutes: readonly MinuteOfUsage[]) {
  return fieldRows(minutes).map(({ of, numbers }) => ({
    rules: of.set.rules,
    uses: numbers[fieldColumns.uses] ?? 0,
    denials: numbers[fieldColumns.denials] ?? 0,
  }));
}

describe('adding requests up', () => {
  it('keeps one row a minute for requests that are alike', () => {
    const buffer = createUsageBuffer();
    const at = Date.UTC(2026, 10, 24, 12, 0, 59);
    buffer.add(usageEvent({ at, latencyMs: 4, requestedCost: 5, actualCost: 2, errors: 1 }));
    buffer.add(usageEvent({ at, latencyMs: 40_000, requestedCost: 5, actualCost: 3 }));
    buffer.add(usageEvent({ at: at + 1000 }));
    buffer.add(usageEvent({ at, outcome: 'FORBIDDEN' }));
    const counts = countsOf(buffer.take());
    expect(counts.map(({ at: begin, outcome, requests }) => [begin - at, outcome, requests]).sort()).toEqual([
      [-59_000, 'FORBIDDEN', 1],
      [-59_000, 'OK', 2],
      [1000, 'OK', 1],
    ]);
    const ofMinute = counts.find(({ requests }) => requests === 2);
    expect(ofMinute).toMatchObject({ errors: 1, requestedCost: 10, actualCost: 5, latencyTotalMs: 40_004 });
    expect(ofMinute?.latency.flatMap((count, part) => (count ? [part] : []))).toEqual([3, 22]);
    expect(buffer.take()).toEqual([]);
  });

  it('makes one row of what is alike, also when the clock goes back and comes again', () => {
    const buffer = createUsageBuffer();
    const at = Date.UTC(2026, 10, 24, 12, 59, 59, 900);
    for (const late of [0, 200, 0, 200]) {
      buffer.add(usageEvent({ at: at + late, apiKey: someKey, uses: [{ coordinate: 'City.name', verb: 'read' }] }));
    }
    const taken = buffer.take();
    expect(countsOf(taken).map(({ requests }) => requests)).toEqual([2, 2]);
    expect(fieldsOf(taken).map(({ uses }) => uses)).toEqual([2, 2]);
    buffer.add(usageEvent({ at, apiKey: someKey }));
    expect(countsOf(buffer.take()).map(({ requests }) => requests)).toEqual([1]);
  });

  it('counts fields by key, whether requests share their set of fields or not', () => {
    const buffer = createUsageBuffer();
    const name = { coordinate: 'City.name', verb: 'read' } as const;
    const shared = [name, { coordinate: 'Query.city', verb: 'read' } as const];
    for (let request = 0; request < 10; request++) buffer.add(usageEvent({ apiKey: someKey, uses: shared }));
    for (let request = 0; request < 300; request++) buffer.add(usageEvent({ apiKey: someKey, uses: [name] }));
    buffer.add(usageEvent({ apiKey: someKey, denials: [name] }));
    const fields = fieldsOf(buffer.take());
    expect(fields.map(({ rules, uses, denials }) => [rules.join(), uses, denials]).sort()).toEqual([
      ['read:City.name', 300, 1],
      ['read:City.name,read:Query.city', 10, 0],
    ]);
  });

  it('counts each field alone when a key has had its share of different sets', () => {
    const buffer = createUsageBuffer();
    const field = (number: number) => ({ coordinate: `Type.field${number}`, verb: 'read' }) as const;
    for (let set = 0; set < 1000; set++) {
      buffer.add(usageEvent({ apiKey: someKey, uses: [field(set % 32), field(32 + Math.floor(set / 32)), field(64)] }));
    }
    const fields = fieldsOf(buffer.take());
    expect(fields.length).toBeLessThanOrEqual(setsPerKey + 65);
    const sum = (rule: string) => fields.reduce((all, { rules, uses }) => all + (rules.includes(rule) ? uses : 0), 0);
    expect([sum('read:Type.field64'), sum('read:Type.field3')]).toEqual([1000, 32]);
  });

  it('counts what a key names beyond its share under "other", and begins anew with the hour', () => {
    const buffer = createUsageBuffer();
    const start = Date.UTC(2026, 10, 24, 12);
    for (let number = 0; number < 5000; number++) {
      const at = start + (number % 50) * minute;
      buffer.add(usageEvent({ at, apiKey: someKey, operation: operationNamed(`Operation${number}`) }));
      buffer.add(usageEvent({ at, apiKey: someKey, clientName: `client ${number}` }));
    }
    const counts = countsOf(buffer.take());
    const names = new Set(counts.map(({ operationName, clientName }) => `${operationName} ${clientName}`));
    expect(names.size).toBe(labelsPerKey + 1);
    expect(counts.reduce((sum, { requests }) => sum + requests, 0)).toBe(10_000);
    const later = usageEvent({ at: start + 60 * minute, apiKey: someKey, operation: operationNamed('Later') });
    expect(buffer.add(later)).toBe(true);
  });

  it('lets nobody use up the share of a key who only names it', () => {
    const buffer = createUsageBuffer();
    const named = { ...someKey, secretId: undefined };
    for (let number = 0; number < 300; number++) {
      buffer.add(usageEvent({ apiKey: named, outcome: 'INVALID', clientName: `client ${number}` }));
    }
    expect(buffer.add(usageEvent({ apiKey: someKey, operation: operationNamed('Own') }))).toBe(true);
    expect(countsOf(buffer.take()).find(({ secretId }) => secretId !== null)).toMatchObject({ operationName: 'Own' });
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

  it('keeps little of a key that names itself differently with every request', () => {
    const name = (number: number, length: number) => Buffer.from(`${number}`.padEnd(length, 'x')).toString();
    const operations = Array.from({ length: 100 }, (_, number) => operationNamed(`Operation${number}`));
    const grown = heapGrowth(() => {
      const buffer = createUsageBuffer();
      for (let number = 0; number < 20_000; number++) {
        const operation = operations[number % 100];
        const clientVersion = name(number, number % 3 === 0 ? 4000 : 30);
        buffer.add(usageEvent({ apiKey: someKey, operation, clientVersion }));
      }
      buffer.take();
      return buffer;
    });
    expect(grown).toBeLessThan(3_000_000);
  });

  it('keeps control characters out of labels', () => {
    const buffer = createUsageBuffer();
    buffer.add(usageEvent({ clientName: 'a\u001f\u0000b\ud800', clientVersion: 'x'.repeat(1000) }));
    expect(countsOf(buffer.take())[0]).toMatchObject({ clientName: 'ab', clientVersion: 'x'.repeat(30) });
  });
});
