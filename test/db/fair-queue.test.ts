import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFairQueue, type Party } from '../../src/db/fair-queue.ts';

function orderOf(asked: readonly (readonly [Party, string])[]): string[] {
  const queue = createFairQueue<string>();
  for (const [party, waiting] of asked) queue.add(party, waiting);
  return queue.clear();
}

describe('a fair queue', () => {
  it('serves one of each party before a second one of any', () => {
    const crowd = Array.from({ length: 200 }, (_, index) => [['crowd'], `crowd ${index}`] as const);
    const order = orderOf([...crowd, [['one'], 'one'], [['two'], 'two']]);
    expect(order.slice(0, 4)).toEqual(['crowd 0', 'one', 'two', 'crowd 1']);
    expect(order).toHaveLength(202);
  });

  it('takes an application with many keys for one party, whose keys take turns among themselves', () => {
    const crowd = Array.from({ length: 6 }, (_, index) => [['crowd', `key ${index % 3}`], `${index}`] as const);
    expect(orderOf([...crowd, [['one', 'key'], 'one']])).toEqual(['0', 'one', '1', '2', '3', '4', '5']);
  });

  it('serves nobody of a party that has enough, and keeps its place', () => {
    const queue = createFairQueue<string>();
    queue.add(['full'], 'a');
    queue.add(['other'], 'b');
    expect(queue.take((name) => name !== 'full')).toBe('b');
    expect(queue.take((name) => name !== 'full')).toBeUndefined();
    expect(queue.size).toBe(1);
    expect(queue.take()).toBe('a');
  });

  it('forgets who gave up', () => {
    const queue = createFairQueue<string>();
    queue.add(['a', 'b'], 'one');
    queue.add(['a', 'b'], 'two');
    queue.remove(['a', 'b'], 'one');
    queue.remove(['a', 'b'], 'one');
    queue.remove(['x'], 'two');
    expect([queue.size, queue.clear(), queue.size]).toEqual([1, ['two'], 0]);
  });

  it('lets nobody wait longer than one round a place in the line, whoever comes and gives up meanwhile', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('ADD' as const), party: fc.nat(4), key: fc.nat(2) }) },
      { weight: 2, arbitrary: fc.constant({ kind: 'TAKE' as const }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('REMOVE' as const), which: fc.nat(1000) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const queue = createFairQueue<number>();
        const waiting = new Map<number, { party: string; key: string; passed: Map<string, number> }>();
        let ids = 0;
        for (const each of steps) {
          if (each.kind === 'ADD') {
            const [party, key] = [`${each.party}`, `${each.key}`];
            waiting.set(++ids, { party, key, passed: new Map() });
            queue.add([party, key], ids);
          } else if (each.kind === 'REMOVE') {
            const id = [...waiting.keys()][each.which % Math.max(1, waiting.size)];
            const entry = id === undefined ? undefined : waiting.get(id);
            if (id === undefined || !entry) continue;
            queue.remove([entry.party, entry.key], id);
            waiting.delete(id);
          } else {
            const taken = queue.take();
            expect(taken === undefined).toBe(waiting.size === 0);
            if (taken === undefined) continue;
            const served = waiting.get(taken);
            waiting.delete(taken);
            for (const other of waiting.values()) {
              if (!served || other.party === served.party) other.passed.clear();
              else other.passed.set(served.party, (other.passed.get(served.party) ?? 0) + 1);
              // Since anybody of its own party was served, no other party was served twice.
              for (const times of other.passed.values()) expect(times).toBeLessThanOrEqual(1);
            }
          }
          expect(queue.size).toBe(waiting.size);
        }
      }),
    );
  });
});
