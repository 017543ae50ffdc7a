import { beginningOf } from '../../kernel/beginning-of.ts';
import type { UsageEvent } from '../usage-event.ts';
import { createHourlyStates } from './hourly-states.ts';

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
  /**
   * The event's own labels, or `otherLabels` when its key has had its share of different ones in this hour. Equal ones
   * of a key and hour are the same object.
   */
  labelsOf(event: UsageEvent): UsageLabels;
}

/** Characters of what a client says of itself. */
export const longestClient = { name: 60, version: 30 } as const;

/** Different combinations of labels that one key may have in an hour, on one instance. */
export const labelsPerKey = 200;

/**
 * Names of operations and clients are whatever a client sends; without a limit each could be a row of its own. The
 * budget begins anew with every hour, so that what somebody used up does not hide what comes later.
 */
export function createLabelLimit(): LabelLimit {
  const budgets = createHourlyStates(() => new Map<string, UsageLabels>());
  return {
    labelsOf(event) {
      const { apiKey, at } = event;
      // Those who sent no key, or did not prove the one they named, share one budget.
      const spent = budgets.of(apiKey?.secretId === undefined ? '' : apiKey.id, at);
      const operationName = event.operation?.name?.slice(0, 100) ?? '';
      const documentHash = event.operation?.document?.hash ?? '';
      const clientName = cleanLabel(event.clientName, longestClient.name);
      const clientVersion = cleanLabel(event.clientVersion, longestClient.version);
      const text = `${documentHash}\n${operationName}\n${clientName}\n${clientVersion}`;
      const known = spent.get(text);
      if (known !== undefined) return known;
      if (spent.size >= labelsPerKey) return otherLabels;
      const labels = { operationName, documentHash, clientName, clientVersion };
      spent.set(text, labels);
      return labels;
    },
  };
}

const plain = /^[ -~]*$/;

/** Control characters and halves of surrogate pairs have no place in a label, nor in a database's text. */
export function cleanLabel(text: string | undefined, longest: number): string {
  if (text === undefined) return '';
  const short = text.length <= longest ? text : beginningOf(text, longest);
  return plain.test(short) ? short : short.replace(/[\p{Cc}\p{Cs}]/gu, '');
}
