import { boundedCache } from '../../kernel/bounded-cache.ts';
import type { UsageEvent } from '../usage-event.ts';

/** What a client decides about how its requests are counted. */
export interface UsageLabels {
  readonly operationName: string;
  readonly documentHash: string;
  readonly clientName: string;
  readonly clientVersion: string;
}

/** What the rest is counted under. */
export const otherLabels: UsageLabels = {
  operationName: 'other',
  documentHash: '',
  clientName: 'other',
  clientVersion: '',
};

export interface LabelLimit {
  /** The event's own labels, or `otherLabels` when its key has had its share of different ones in this hour. */
  labelsOf(event: UsageEvent): UsageLabels;
}

/** Different combinations of labels that one key may have in an hour, on one instance. */
export const labelsPerKey = 200;
/** Those who sent no key share one budget. */
const maxKeys = 5000;
const hourMs = 3_600_000;

/**
 * Names of operations and clients are whatever a client sends; without a limit each could be a row of its own. The
 * budget begins anew with every hour, so that what somebody used up does not hide what comes later.
 */
export function createLabelLimit(): LabelLimit {
  const known = boundedCache<string, { readonly hour: number; readonly combinations: Set<string> }>(maxKeys);
  return {
    labelsOf(event) {
      const { apiKey, operation, at } = event;
      const labels: UsageLabels = {
        operationName: operation?.name?.slice(0, 100) ?? '',
        documentHash: operation?.document?.hash ?? '',
        clientName: cleanLabel(event.clientName, 60),
        clientVersion: cleanLabel(event.clientVersion, 30),
      };
      const hour = Math.floor(at / hourMs);
      const key = apiKey?.id ?? '';
      let budget = known.get(key);
      if (budget === undefined || budget.hour < hour) {
        budget = { hour, combinations: new Set() };
        known.set(key, budget);
      }
      const combination = `${labels.documentHash}\n${labels.operationName}\n${labels.clientName}\n${labels.clientVersion}`;
      if (budget.combinations.has(combination)) return labels;
      if (budget.combinations.size >= labelsPerKey) return otherLabels;
      budget.combinations.add(combination);
      return labels;
    },
  };
}

/** Control characters and halves of surrogate pairs have no place in a label, nor in a database's text. */
export function cleanLabel(text: string | undefined, longest: number): string {
  return text === undefined ? '' : text.slice(0, longest).replace(/[\p{Cc}\p{Cs}]/gu, '');
}
