import { isInnerList, parseList } from 'structured-headers';
import { describe, expect, test } from 'vitest';
import { fullWindowHeaders, rateLimitHeaders, retryAfterSeconds } from '../../src/throttle/headers.ts';
import { fullAgainAt, throttleStatus } from '../../src/throttle/throttle-status.ts';
import { bucket } from './stores/store-conformance.ts';

const point = 1_000_000;
const free = bucket({ restoreRate: 50 * point });

const requests = { max: 600, windowMs: 60_000 };

/** The items of a structured-field list, with their parameters. */
function itemsOf(header: string): unknown[] {
  return parseList(header).map((item) => {
    if (isInnerList(item)) throw new Error('expected items');
    return [item[0], Object.fromEntries(item[1])];
  });
}
const points = { 'fieldpass-unit': 'points' };
const window = ['requests', { q: 600, w: 60 }];

describe('RateLimit headers', () => {
  test('are those of the contract', () => {
    const status = throttleStatus(free, { available: 954 * point, inFlight: 1 });
    expect(rateLimitHeaders(status, requests)).toEqual({
      'RateLimit-Policy': '"cost";q=1000;w=20;fieldpass-unit="points", "requests";q=600;w=60',
      RateLimit: '"cost";r=954;t=1',
    });
  });

  test('parse as structured fields', () => {
    const headers = rateLimitHeaders(throttleStatus(free, { available: 954.9 * point, inFlight: 0 }), requests);
    expect(itemsOf(headers['RateLimit-Policy'])).toEqual([['cost', { q: 1000, w: 20, ...points }], window]);
    expect(itemsOf(headers.RateLimit)).toEqual([['cost', { r: 954, t: 1 }]]);
  });

  test('a full bucket has nothing to wait for', () => {
    const headers = rateLimitHeaders(throttleStatus(free, { available: 1000 * point, inFlight: 0 }), requests);
    expect(itemsOf(headers.RateLimit)).toEqual([['cost', { r: 1000, t: 0 }]]);
  });

  test('a bucket in debt has nothing, and its next point comes when that is paid', () => {
    const status = throttleStatus(free, { available: -80 * point, inFlight: 0 });
    expect(status.currentlyAvailable).toBe(-80);
    expect(itemsOf(rateLimitHeaders(status, requests).RateLimit)).toEqual([['cost', { r: 0, t: 2 }]]);
  });

  test('with less than a point a second, the next point takes longer than a second', () => {
    const slow = bucket({ restoreRate: 0.3 * point });
    const headers = rateLimitHeaders(throttleStatus(slow, { available: 0, inFlight: 0 }), requests);
    expect(itemsOf(headers.RateLimit)).toEqual([['cost', { r: 0, t: 4 }]]);
  });

  test('plans with parts of a point give whole numbers', () => {
    const odd = bucket({ capacity: 10.5 * point, restoreRate: 0.75 * point });
    const headers = rateLimitHeaders(throttleStatus(odd, { available: 10.5 * point, inFlight: 0 }), requests);
    expect(itemsOf(headers['RateLimit-Policy'])).toEqual([['cost', { q: 10, w: 14, ...points }], window]);
    expect(itemsOf(headers.RateLimit)).toEqual([['cost', { r: 10, t: 0 }]]);
  });

  test('say when a local bucket decides', () => {
    const headers = rateLimitHeaders(throttleStatus(free, { available: 0, inFlight: 0 }), requests, 'local');
    expect(headers['RateLimit-Policy']).toBe(
      '"cost";q=1000;w=20;fieldpass-unit="points";fieldpass-store=local, "requests";q=600;w=60',
    );
    expect(parseList(headers.RateLimit)).toHaveLength(1);
  });

  test('say of a full requests window when it has room again', () => {
    const headers = fullWindowHeaders({ maximumAvailable: 1000, restoreRate: 50, requests }, 5100);
    expect(itemsOf(headers['RateLimit-Policy'])).toEqual([['cost', { q: 1000, w: 20, ...points }], window]);
    expect(itemsOf(headers.RateLimit)).toEqual([['requests', { r: 0, t: 6 }]]);
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
