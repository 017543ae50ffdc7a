import { beginningOf } from '../../kernel/beginning-of.ts';
import type { CacheBound } from '../../kernel/bounded-cache.ts';
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
export const usageLabelsBound: CacheBound = {
  holds: 'names of operations and clients of an hour, of each key',
  maxBytes: 24_000_000,
};

/** With the text that they are found by: names are cut, and one character of what is left takes two bytes at most. */
const labelsBytes = 1_200;

export function createLabelLimit(): LabelLimit {
  const budgets = createHourlyStates(
    usageLabelsBound,
    () => new Map<string, UsageLabels>(),
    ({ size }) => labelsBytes * size,
  );
  return {
    labelsOf(event) {
      const { apiKey, at } = event;
      // Those who sent no key, or did not prove the one they named, share one budget.
      const owner = apiKey?.secretId === undefined ? '' : apiKey.id;
      const spent = budgets.of(owner, at);
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
      budgets.grown(owner);
      return labels;
    },
  };
}

const plain = /^[ -~]*$/;

/**
 * A label as it is kept: without what nobody sees (control and format characters), which has no place in it, and without
 * halves of surrogate pairs, which have none in a database's text; then, since that joins what stood around them, without what
 * `redact` takes out; then cut.
 */
export function cleanLabel(
  text: string | undefined,
  longest: number,
  redact: (text: string) => string = (clean) => clean,
): string {
  if (text === undefined) return '';
  const clean = redact(plain.test(text) ? text : text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ''));
  return clean.length <= longest ? clean : beginningOf(clean, longest);
}
