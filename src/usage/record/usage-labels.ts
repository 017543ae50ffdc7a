import { beginningOf } from '../../kernel/beginning-of.ts';
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
/** Those who sent no key, or did not prove the one they named, share one budget. */
const maxKeys = 5000;
const hourMs = 3_600_000;

interface Budget {
  readonly hour: number;
  readonly spent: Map<string, UsageLabels>;
}

/**
 * Names of operations and clients are whatever a client sends; without a limit each could be a row of its own. The
 * budget begins anew with every hour, so that what somebody used up does not hide what comes later.
 */
export function createLabelLimit(): LabelLimit {
  const budgets = boundedCache<string, Budget>(maxKeys);

  function budgetOf({ apiKey, at }: UsageEvent): Budget {
    const key = apiKey?.secretId === undefined ? '' : apiKey.id;
    const hour = Math.floor(at / hourMs);
    const known = budgets.get(key);
    if (known !== undefined && known.hour >= hour) return known;
    const fresh: Budget = { hour, spent: new Map() };
    budgets.set(key, fresh);
    return fresh;
  }

  return {
    labelsOf(event) {
      const { spent } = budgetOf(event);
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
