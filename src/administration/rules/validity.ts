import { formatIsoDuration } from '../../kernel/duration.ts';
import { codedError } from '../../kernel/errors.ts';
import type { ValidityPolicy } from '../services.ts';

/** Milliseconds since the epoch; `null` is never. */
export type Expiry = number | null;

/** What is wrong with an expiry that somebody asks for at `now`, or `undefined`. */
export function expiryProblem(expiresAt: Expiry, now: number, { maxMs }: ValidityPolicy): string | undefined {
  if (expiresAt === null) {
    return maxMs === undefined ? undefined : `Keys must expire: at most ${formatIsoDuration(maxMs)} from now.`;
  }
  if (expiresAt <= now) return 'expiresAt must be in the future.';
  if (maxMs !== undefined && expiresAt > now + maxMs) {
    return `expiresAt must be at most ${formatIsoDuration(maxMs)} from now.`;
  }
  return undefined;
}

/** A key that begins after its end would never be valid. */
export function periodProblem(notBefore: number | null, expiresAt: Expiry): string | undefined {
  const empty = notBefore !== null && expiresAt !== null && notBefore >= expiresAt;
  return empty ? 'notBefore must be before expiresAt.' : undefined;
}

/** When a key ends that is created without saying so; an issuer's own end is the latest for the management keys it makes. */
export function defaultExpiry(now: number, policy: ValidityPolicy, latest: number | undefined): number {
  return Math.min(now + policy.defaultMs, now + (policy.maxMs ?? Infinity), latest ?? Infinity);
}

export function refuseValidity(problem: string | undefined): void {
  if (problem !== undefined) throw codedError('VALIDITY_OUT_OF_BOUNDS', problem);
}
