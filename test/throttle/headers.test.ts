import { isInnerList, parseList } from 'structured-headers';
import { describe, expect, test } from 'vitest';
import { rateLimitHeaders, retryAfterSeconds } from '../../src/throttle/headers.ts';
import { fullAgainAt, throttleStatus } from '../../src/throttle/throttle-status.ts';
import { bucket } from './stores/store-conformance.ts';

const point = 1_000_000;
const free = bucket({ restoreRate: 50 * point });

/** The single item of a structured-field list, with its parameters. */
function onlyItem(header: string): unknown[] {
  const parsed = parseList(header);
  expect(parsed).toHaveLength(1);
  const [item] = parsed;
  if (!item || isInnerList(item)) throw new Error('expected one item');
  return [item[0], Object.fromEntries(item[1])];
}

describe('RateLimit headers', () => {
  test('are those of the contract', () => {
    const status = throttleStatus(free, { available: 954 * point, inFlight: 1 });
    expect(rateLimitHeaders(status)).toEqual({
      'RateLimit-Policy': '"cost";q=1000;w=20',
      RateLimit: '"cost";r=954;t=1',
    });
  });

  test('parse as structured fields', () => {
    const headers = rateLimitHeaders(throttleStatus(free, { available: 954.9 * point, inFlight: 0 }));
    expect(onlyItem(headers['RateLimit-Policy'])).toEqual(['cost', { q: 1000, w: 20 }]);
    expect(onlyItem(headers.RateLimit)).toEqual(['cost', { r: 954, t: 1 }]);
  });

  test('a full bucket has nothing to wait for', () => {
    const headers = rateLimitHeaders(throttleStatus(free, { available: 1000 * point, inFlight: 0 }));
    expect(onlyItem(headers.RateLimit)).toEqual(['cost', { r: 1000, t: 0 }]);
  });

  test('with less than a point a second, the next point takes longer than a second', () => {
    const slow = bucket({ restoreRate: 0.3 * point });
    const headers = rateLimitHeaders(throttleStatus(slow, { available: 0, inFlight: 0 }));
    expect(onlyItem(headers.RateLimit)).toEqual(['cost', { r: 0, t: 4 }]);
  });

  test('plans with parts of a point give whole numbers', () => {
    const odd = bucket({ capacity: 10.5 * point, restoreRate: 0.75 * point });
    const headers = rateLimitHeaders(throttleStatus(odd, { available: 10.5 * point, inFlight: 0 }));
    expect(onlyItem(headers['RateLimit-Policy'])).toEqual(['cost', { q: 10, w: 14 }]);
    expect(onlyItem(headers.RateLimit)).toEqual(['cost', { r: 10, t: 0 }]);
  });

  test('say when a local bucket decides', () => {
    const headers = rateLimitHeaders(throttleStatus(free, { available: 0, inFlight: 0 }), 'local');
    expect(headers['RateLimit-Policy']).toBe('"cost";q=1000;w=20;fieldpass-store=local');
    expect(parseList(headers.RateLimit)).toHaveLength(1);
  });

  test.each([
    [0, 1],
    [1, 1],
    [1000, 1],
    [1001, 2],
    [4000, 4],
  ])('%i ms are %i s of Retry-After', (ms, seconds) => {
    expect(retryAfterSeconds(ms)).toBe(seconds);
  });
});

test('a bucket that misses 46 points at 50 a second is full 920 ms later', () => {
  expect(fullAgainAt(free, { available: 954 * point, inFlight: 0 }, 1000)).toBe(1920);
});
