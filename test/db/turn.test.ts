import { describe, expect, it } from 'vitest';
import { DatabaseUnavailable } from '../../src/db/database-error.ts';
import { createTurn, mostOfOneOperation } from '../../src/db/turn.ts';

describe('a turn at the database', () => {
  it('has a few places, and gives each to the next in line', async () => {
    const turn = createTurn(['a'], 2);
    expect([turn.enter(), turn.enter()]).toEqual([undefined, undefined]);
    const order: number[] = [];
    const waiting = [1, 2, 3].map((number) => turn.enter()?.then(() => order.push(number)));
    await Promise.resolve();
    expect(order).toEqual([]);
    turn.leave();
    await waiting[0];
    expect(order).toEqual([1]);
    turn.leave();
    turn.leave();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
    turn.leave();
    turn.leave();
    expect(turn.enter()).toBeUndefined();
  });

  it('that is stopped refuses what waits and what comes', async () => {
    const turn = createTurn(['a'], 1);
    void turn.enter();
    const waits = turn.enter();
    turn.stop();
    await expect(waits).rejects.toThrow(DatabaseUnavailable);
    await expect(turn.enter()).rejects.toThrow(DatabaseUnavailable);
    expect(turn.stopped).toBe(true);
  });

  it('has eight places', () => {
    const turn = createTurn(['a']);
    const entered = Array.from({ length: 9 }, () => turn.enter());
    expect(entered.filter((waits) => waits === undefined)).toHaveLength(mostOfOneOperation);
    expect(mostOfOneOperation).toBe(8);
  });
});
