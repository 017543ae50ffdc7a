import type { CacheBound } from '../../kernel/bounded-cache.ts';
import type { UsageEvent, UsageOperation } from '../usage-event.ts';
import { type Combination, combinationOf } from './combination.ts';
import { createHourlyStates } from './hourly-states.ts';
import { createLabelLimit, type LabelLimit, longestClient, type UsageLabels } from './usage-labels.ts';

export interface KnownCombinations {
  /** The one object for all requests of an hour that are alike. */
  of(event: UsageEvent): Combination;
  /** Forgets them when they are many. Only while no tally holds any. */
  tidy(): void;
}

interface OfKey {
  readonly byLabels: Map<UsageLabels, Combination[]>;
  /** How many combinations there are of all labels together. */
  kinds: number;
  /** Operations come as one object a document, so most requests find theirs without making a text. */
  recent: WeakMap<UsageOperation | typeof noOperation, Recent[]>;
  /** How many there are of all operations together. */
  recents: number;
}

interface Recent {
  readonly combination: Combination;
  readonly clientName: string | undefined;
  readonly clientVersion: string | undefined;
}

export const knownCombinationsBound: CacheBound = {
  holds: 'kinds of requests of an hour, of each key, as usage counts them',
  maxBytes: 24_000_000,
};

/** A combination with its labels, which others may share; and what finds it the short way. */
const combinationBytes = 1_600;
const recentBytes = 400;

/** Stands for requests that have no operation. */
const noOperation = { type: 'none' } as const;

const maxCombinations = 100_000;
/** Kinds of requests of one key that are found the short way: what a client names is kept for each. */
const maxRecent = 500;

/** Bounded whatever clients send: labels by their limit, and all of them by `tidy`. */
export function createKnownCombinations(labelLimit: LabelLimit = createLabelLimit()): KnownCombinations {
  const keys = createHourlyStates(
    knownCombinationsBound,
    (): OfKey => ({ byLabels: new Map(), kinds: 0, recent: new WeakMap(), recents: 0 }),
    ({ kinds, recents }) => combinationBytes * kinds + recentBytes * recents,
  );
  let made = 0;

  function find(event: UsageEvent, ofKey: OfKey): Combination {
    const { byLabels } = ofKey;
    const labels = labelLimit.labelsOf(event);
    const alike = byLabels.get(labels) ?? [];
    const known = alike.find((one) => isOfEvent(one, event));
    if (known !== undefined) return known;
    if (alike.length === 0) byLabels.set(labels, alike);
    const combination = combinationOf(event, labels);
    alike.push(combination);
    ofKey.kinds++;
    made++;
    return combination;
  }

  function remember(
    known: OfKey,
    { operation, clientName, clientVersion }: UsageEvent,
    combination: Combination,
  ): void {
    if (known.recents >= maxRecent) {
      known.recent = new WeakMap();
      known.recents = 0;
    }
    const recent = known.recent.get(operation ?? noOperation) ?? [];
    if (recent.length === 0) known.recent.set(operation ?? noOperation, recent);
    recent.push({ combination, clientName, clientVersion });
    known.recents++;
  }

  return {
    of(event) {
      const key = event.apiKey?.id ?? '';
      const known = keys.of(key, event.at);
      for (const one of known.recent.get(event.operation ?? noOperation) ?? [])
        if (isLike(one, event)) return one.combination;
      const combination = find(event, known);
      if (isShort(event)) remember(known, event, combination);
      keys.grown(key);
      return combination;
    },
    tidy() {
      if (made <= maxCombinations) return;
      keys.clear();
      made = 0;
    },
  };
}

/** What is longer than its label is not kept: a header may be as long as all headers together. */
function isShort({ clientName = '', clientVersion = '' }: UsageEvent): boolean {
  return clientName.length <= longestClient.name && clientVersion.length <= longestClient.version;
}

/** Of the same key and operation. */
function isLike({ combination, clientName, clientVersion }: Recent, event: UsageEvent): boolean {
  return clientName === event.clientName && clientVersion === event.clientVersion && isOfEvent(combination, event);
}

/** Of the same key and labels. */
function isOfEvent(combination: Combination, { outcome, apiKey, surface, operation }: UsageEvent): boolean {
  return (
    combination.outcome === outcome &&
    combination.secretId === (apiKey?.secretId ?? null) &&
    combination.surface === surface &&
    combination.operationType === (operation?.type ?? '')
  );
}
