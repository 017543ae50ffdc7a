import { createHash } from 'node:crypto';
import type { UsageEvent } from '../usage-event.ts';
import type { Tallied } from './tally.ts';
import { otherLabels, type UsageLabels } from './usage-labels.ts';

/** All that tells a row of `usage_minute` from the others of its minute. */
export interface Combination extends UsageLabels, Tallied {
  readonly apiKeyId: string | null;
  readonly secretId: string | null;
  readonly applicationId: string | null;
  readonly surface: UsageEvent['surface'];
  readonly operationType: string;
  readonly outcome: string;
  /** False: it is one of those that are counted under `other`. */
  readonly isNamed: boolean;
  /** Once it was asked for. */
  dimensions?: string;
}

export function combinationOf(event: UsageEvent, labels: UsageLabels): Combination {
  const { apiKey, surface, operation, outcome } = event;
  return {
    apiKeyId: apiKey?.id ?? null,
    secretId: apiKey?.secretId ?? null,
    applicationId: apiKey?.applicationId ?? null,
    surface,
    operationType: operation?.type ?? '',
    outcome,
    operationName: labels.operationName,
    documentHash: labels.documentHash,
    clientName: labels.clientName,
    clientVersion: labels.clientVersion,
    isNamed: labels !== otherLabels,
    tally: undefined,
    row: 0,
  };
}

/** The same value as `dimensionsHash` makes of a row in the database. */
export function dimensionsOf(of: Combination): string {
  of.dimensions ??= shortHash(
    [
      of.apiKeyId ?? '',
      of.secretId ?? '',
      of.applicationId ?? '',
      of.surface,
      of.operationType,
      of.operationName,
      of.documentHash,
      of.outcome,
      of.clientName,
      of.clientVersion,
    ].join('\u001f'),
  );
  return of.dimensions;
}

/** The first half of a SHA-256, as a UUID. */
export function shortHash(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
