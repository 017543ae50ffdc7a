import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { codeOf } from '../../src/kernel/errors.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { type OpenThrottleOptions, openThrottle } from '../../src/throttle/open-throttle.ts';
import { bucket, reservation } from './stores/store-conformance.ts';

function setUp(given: Partial<OpenThrottleOptions>) {
  const lines: string[] = [];
  const calls: { readonly call: string; readonly answered: boolean }[] = [];
  const logger = createLogger('info', { write: (line: string) => void lines.push(line) });
  const opened = openThrottle({
    redisUrl: undefined,
    databaseUrl: undefined,
    onFailure: 'local',
    executionTimeoutMs: 30_000,
    makeId: randomUUID,
    clock: systemClock,
    logger,
    watch: (call, _, answered) => void calls.push({ call, answered }),
    ...given,
  });
  return { opened, lines, calls };
}

test('without a server of either kind both surfaces share the memory', async () => {
  const throttle = await setUp({}).opened;
  const of = bucket();
  await throttle.api.reserve(reservation(10, [of]));
  expect(await throttle.management.peek([of])).toEqual(await throttle.api.peek([of]));
  await throttle.close();
});

describe('a Redis that is not there', () => {
  const redisUrl = 'redis://127.0.0.1:1';

  test('does not keep the server from starting, is counted, and said once', async () => {
    const { opened, lines, calls } = setUp({ redisUrl });
    const throttle = await opened;
    for (let index = 0; index < 5; index++) {
      expect(await throttle.api.reserve(reservation(1, [bucket()]))).toMatchObject({ kind: 'RESERVED', local: true });
    }
    expect(calls.filter(({ answered }) => !answered).length).toBeGreaterThanOrEqual(2);
    expect(lines.filter((line) => line.includes('does not answer yet'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('the throttle store does not answer"'))).toHaveLength(1);
    await throttle.close();
  });

  test('is closed for the API when told so, and never for management', async () => {
    const throttle = await setUp({ redisUrl, onFailure: 'closed' }).opened;
    const refused = await throttle.api.reserve(reservation(1, [bucket()])).catch((error: unknown) => error);
    expect(codeOf(refused)).toBe('RATE_LIMITER_UNAVAILABLE');
    expect(await throttle.management.reserve(reservation(1, [bucket()]))).toMatchObject({ kind: 'RESERVED' });
    await throttle.close();
  });
});

const servers = [
  ['Redis', { redisUrl: process.env['TEST_REDIS_URL'] }],
  ['PostgreSQL', { databaseUrl: process.env['TEST_DATABASE_URL'] }],
] as const;

describe.each(servers.filter(([, options]) => Object.values(options).some(Boolean)))('on %s', (_, options) => {
  test('two instances share balances', async () => {
    const [first, second] = [await setUp(options).opened, await setUp(options).opened];
    const of = bucket();
    expect(await first.api.reserve(reservation(600, [of]))).not.toHaveProperty('local');
    expect(await second.management.reserve(reservation(600, [of]))).toMatchObject({ kind: 'REFUSED', reason: 'COST' });
    await first.close();
    await second.close();
  });
});
