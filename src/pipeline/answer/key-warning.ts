import type { ExecutionResult } from 'graphql';
import type { Caller } from '../request-record.ts';

const warnedMs = 14 * 86_400_000;

/**
 * `extensions.apiKey` of an answer to a key that ends within 14 days, or to a secret that another has taken the place of:
 * when, and what to do about it.
 */
export function withKeyWarning(
  result: ExecutionResult,
  caller: Pick<Caller, 'key' | 'secret'> | undefined,
  now: number,
): ExecutionResult {
  if (!caller) return result;
  const warning = warningFor(caller, now);
  if (!warning) return result;
  const { expiresAt } = warning;
  const apiKey = { ...warning, expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString() };
  return { ...result, extensions: { ...result.extensions, apiKey } };
}

interface KeyWarning {
  readonly expiresAt: number | undefined;
  readonly warning: string;
}

function warningFor({ key, secret }: Pick<Caller, 'key' | 'secret'>, now: number): KeyWarning | undefined {
  const expiresAt = Math.min(key.expiresAt ?? Infinity, secret.expiresAt ?? Infinity);
  if (secret.status === 'RETIRING') {
    const warning =
      secret.exposedAt === undefined
        ? 'The key was rotated: this secret of it ends soon. Use the new one.'
        : 'This secret of the key was found in the open, and ends soon. Ask the owner of the API for another.';
    return { expiresAt: Number.isFinite(expiresAt) ? expiresAt : undefined, warning };
  }
  if (key.expiresAt === undefined || key.expiresAt - now > warnedMs) return undefined;
  return {
    expiresAt: key.expiresAt,
    warning: 'The key expires soon. Ask the owner of the API to extend or replace it.',
  };
}
