import type { CacheBound } from '../kernel/bounded-cache.ts';
import { foreignKeysBounds } from '../keys/resolve/foreign-keys.ts';
import { keyCacheBounds } from '../keys/resolve/key-cache.ts';
import { rekeyedSecretsBound } from '../keys/resolve/secret-rekeyer.ts';
import { fieldUsesBound } from '../pipeline/answer/record-usage.ts';
import { remainingOperationsBound } from '../pipeline/denials/remaining-operations.ts';
import { knownDocumentsBound } from '../pipeline/document/known-documents.ts';
import { measuredCacheBound } from '../privileges/measured-privileges.ts';
import { privilegeCacheBounds } from '../privileges/privilege-cache.ts';
import { viewCacheBound } from '../privileges/view/view-cache.ts';
import { trustedDocumentsBounds } from '../restrictions/trusted-documents.ts';
import { failedAttemptsBound } from '../throttle/failed-attempts.ts';
import { knownSpendingBounds } from '../throttle/known-spending.ts';
import { countedRequestsBound } from '../throttle/leases/counted-requests.ts';
import { leaseGroupsBound } from '../throttle/leases/with-leases.ts';
import { memoryStoreBound } from '../throttle/stores/memory-store.ts';
import { fieldCountsBound } from '../usage/record/field-counts.ts';
import { fieldSetsBound } from '../usage/record/field-sets.ts';
import { knownCombinationsBound } from '../usage/record/known-combinations.ts';
import { lastUsesBound } from '../usage/record/last-uses.ts';
import { usageLabelsBound } from '../usage/record/usage-labels.ts';
import { notedUsageBounds } from '../usage/record/usage-recorder.ts';

/** All that a process keeps from one request to the next, and how much of it: the table in `docs/configuration.md`. */
export const cacheBounds: readonly CacheBound[] = [
  knownDocumentsBound,
  remainingOperationsBound,
  viewCacheBound,
  privilegeCacheBounds.byHash,
  privilegeCacheBounds.byTexts,
  measuredCacheBound,
  keyCacheBounds.keys,
  keyCacheBounds.unknown,
  foreignKeysBounds.known,
  foreignKeysBounds.unknown,
  rekeyedSecretsBound,
  trustedDocumentsBounds.kept,
  trustedDocumentsBounds.unknown,
  failedAttemptsBound,
  memoryStoreBound,
  countedRequestsBound,
  leaseGroupsBound,
  knownSpendingBounds.remembered,
  knownSpendingBounds.corrected,
  fieldUsesBound,
  fieldSetsBound,
  fieldCountsBound,
  usageLabelsBound,
  knownCombinationsBound,
  lastUsesBound,
  notedUsageBounds.documents,
  notedUsageBounds.sets,
];

/** As a Markdown table. */
export function describeCaches(): string {
  const rows = cacheBounds.map(({ holds, maxBytes }) => `| ${holds} | ${megabytes(maxBytes)} |`);
  return ['| what is kept | at most, MB |', '| --- | --- |', ...rows].join('\n');
}

function megabytes(bytes: number): string {
  return bytes >= 10_000_000 ? String(Math.round(bytes / 1_000_000)) : (bytes / 1_000_000).toFixed(1);
}
