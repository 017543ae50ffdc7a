import type { Clock } from '../kernel/clock.ts';
import { forgetfulMap } from './stores/forgetful-map.ts';

export interface FailedAttemptsOptions {
  readonly clock: Clock;
  /** Attempts of one address that may fail within the window. */
  readonly max?: number;
  readonly windowMs?: number;
  /** How long further failures are answered with a refusal to look. */
  readonly banMs?: number;
  readonly maximumAddresses?: number;
}

export type AttemptAnswer = { readonly kind: 'COUNTED' } | { readonly kind: 'BANNED'; readonly retryAfterMs: number };

/**
 * Addresses that fail to authenticate too often. Mild on purpose: a mass of clients with one expired key behind one
 * address is more common than somebody who guesses 190 bits, so only failures are counted, only failures are refused,
 * and a valid key behind the same address never notices.
 */
export interface FailedAttempts {
  /** One more failure of this address. */
  failed(address: string): AttemptAnswer;
}

interface Attempts {
  count: number;
  windowEndsAt: number;
  bannedUntil: number;
}

export function createFailedAttempts(options: FailedAttemptsOptions): FailedAttempts {
  const { clock, max = 500, windowMs = 60_000, banMs = 900_000, maximumAddresses = 100_000 } = options;
  const addresses = forgetfulMap<Attempts>(maximumAddresses, (attempts) =>
    Math.max(attempts.windowEndsAt, attempts.bannedUntil),
  );
  return {
    failed(address) {
      const now = clock.monotonic();
      const known = addresses.get(address);
      if (known && now < known.bannedUntil) return { kind: 'BANNED', retryAfterMs: Math.ceil(known.bannedUntil - now) };
      if (!known || now >= known.windowEndsAt) {
        addresses.set(address, { count: 1, windowEndsAt: now + windowMs, bannedUntil: 0 }, now);
        return { kind: 'COUNTED' };
      }
      known.count += 1;
      if (known.count <= max) return { kind: 'COUNTED' };
      known.bannedUntil = now + banMs;
      return { kind: 'BANNED', retryAfterMs: banMs };
    },
  };
}
