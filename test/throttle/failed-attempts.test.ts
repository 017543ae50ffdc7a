import { describe, expect, it } from 'vitest';
import { createFailedAttempts } from '../../src/throttle/failed-attempts.ts';
import { testClock } from '../support/test-clock.ts';

describe('an address that fails to authenticate', () => {
  it('is counted up to the maximum, then refused for a while', () => {
    const clock = testClock();
    const attempts = createFailedAttempts({ clock, max: 3, windowMs: 1000, banMs: 5000 });
    const kinds = () => attempts.failed('192.0.2.1').kind;
    expect([kinds(), kinds(), kinds(), kinds()]).toEqual(['COUNTED', 'COUNTED', 'COUNTED', 'BANNED']);
    clock.advance(4000);
    expect(attempts.failed('192.0.2.1')).toEqual({ kind: 'BANNED', retryAfterMs: 1000 });
    clock.advance(1000);
    expect(kinds()).toBe('COUNTED');
  });

  it('begins anew with each window, and knows no other address', () => {
    const clock = testClock();
    const attempts = createFailedAttempts({ clock, max: 1, windowMs: 1000, banMs: 5000 });
    expect(attempts.failed('a').kind).toBe('COUNTED');
    expect(attempts.failed('b').kind).toBe('COUNTED');
    clock.advance(1000);
    expect(attempts.failed('a').kind).toBe('COUNTED');
  });

  it('is told to wait for whole milliseconds, and never too few', () => {
    const clock = testClock();
    const attempts = createFailedAttempts({ clock, max: 0, windowMs: 1000, banMs: 5000 });
    attempts.failed('192.0.2.1');
    attempts.failed('192.0.2.1');
    clock.advance(0.25);
    expect(attempts.failed('192.0.2.1')).toEqual({ kind: 'BANNED', retryAfterMs: 5000 });
  });
});
