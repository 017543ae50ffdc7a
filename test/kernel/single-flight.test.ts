import { describe, expect, it } from 'vitest';
import { singleFlight } from '../../src/kernel/single-flight.ts';
import { testClock } from '../support/test-clock.ts';

function asked() {
  const clock = testClock();
  const flights: { readonly land: (answer: string) => void; readonly fail: (error: Error) => void }[] = [];
  const ask = singleFlight(
    () => new Promise<string>((resolve, reject) => void flights.push({ land: resolve, fail: reject })),
    { clock, forMs: 1000 },
  );
  return { clock, flights, ask };
}

describe('one question for many', () => {
  it('is asked once while its answer is on the way, however long that takes', async () => {
    const { clock, flights, ask } = asked();
    const first = Array.from({ length: 1000 }, ask);
    clock.advance(60_000);
    const later = ask();
    expect(flights.length).toBe(1);
    flights[0]?.land('yes');
    expect(new Set(await Promise.all([...first, later]))).toEqual(new Set(['yes']));
  });

  it('is asked again when its answer is as old as it may be', async () => {
    const { clock, flights, ask } = asked();
    const first = ask();
    flights[0]?.land('yes');
    await first;
    clock.advance(999);
    expect(await ask()).toBe('yes');
    clock.advance(1);
    const second = ask();
    flights[1]?.land('no');
    expect(await second).toBe('no');
    expect(flights.length).toBe(2);
  });

  it('is asked again after a failure, which all who waited are told', async () => {
    const { flights, ask } = asked();
    const waiting = [ask(), ask()];
    flights[0]?.fail(new Error('away'));
    for (const one of await Promise.allSettled(waiting)) expect(one.status).toBe('rejected');
    const next = ask();
    flights[1]?.land('yes');
    expect(await next).toBe('yes');
  });
});
