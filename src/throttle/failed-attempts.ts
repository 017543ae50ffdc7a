import { boundOfEntries } from '../kernel/bounded-cache.ts';
import type { Clock } from '../kernel/clock.ts';
import { networkOf } from '../kernel/network-of.ts';
import { forgetfulMap } from './stores/forgetful-map.ts';

export interface FailedAttemptsOptions {
  readonly clock: Clock;
  /** Attempts of one network that may fail within the window. */
  readonly max?: number;
  readonly windowMs?: number;
  /** How long further failures are answered with a refusal to look. */
  readonly banMs?: number;
  readonly maximumNetworks?: number;
}

export type AttemptAnswer = { readonly kind: 'COUNTED' } | { readonly kind: 'BANNED'; readonly retryAfterMs: number };

/**
 * Networks (`networkOf`) from which too many fail to authenticate. Mild on purpose: a mass of clients with one expired key behind one
 * address is more common than somebody who guesses 190 bits, so only failures are counted, only failures are refused,
 * and a valid key behind the same address never notices.
 */
export interface FailedAttempts {
  /** One more failure of this client address. */
  failed(address: string): AttemptAnswer;
  isBanned(address: string): boolean;
}

interface Attempts {
  count: number;
  windowEndsAt: number;
  bannedUntil: number;
}

export const failedAttemptsBound = boundOfEntries('addresses that failed to authenticate', 100_000, 250);

export function createFailedAttempts(options: FailedAttemptsOptions): FailedAttempts {
  const {
    clock,
    max = 500,
    windowMs = 60_000,
    banMs = 900_000,
    maximumNetworks = failedAttemptsBound.entries,
  } = options;
  const networks = forgetfulMap<Attempts>(maximumNetworks, (attempts) =>
    Math.max(attempts.windowEndsAt, attempts.bannedUntil),
  );
  return {
    failed(address) {
      const now = clock.monotonic();
      const network = networkOf(address);
      const known = networks.get(network);
      if (known && now < known.bannedUntil) return { kind: 'BANNED', retryAfterMs: Math.ceil(known.bannedUntil - now) };
      if (!known || now >= known.windowEndsAt) {
        networks.set(network, { count: 1, windowEndsAt: now + windowMs, bannedUntil: 0 }, now);
        return { kind: 'COUNTED' };
      }
      known.count += 1;
      if (known.count <= max) return { kind: 'COUNTED' };
      known.bannedUntil = now + banMs;
      return { kind: 'BANNED', retryAfterMs: banMs };
    },
    isBanned: (address) => clock.monotonic() < (networks.get(networkOf(address))?.bannedUntil ?? 0),
  };
}
