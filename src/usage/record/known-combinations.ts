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
  /** Operations come as one object a document, so most requests find theirs without making a text. */
  readonly recent: Map<UsageOperation | undefined, Recent[]>;
  /** How many there are of all operations together. */
  recents: number;
}

interface Recent {
  readonly combination: Combination;
  readonly clientName: string | undefined;
  readonly clientVersion: string | undefined;
}

const maxCombinations = 100_000;
/** Kinds of requests of one key that are found the short way: what a client names is kept for each. */
const maxRecent = 500;

/** Bounded whatever clients send: labels by their limit, and all of them by `tidy`. */
export function createKnownCombinations(labelLimit: LabelLimit = createLabelLimit()): KnownCombinations {
  const keys = createHourlyStates((): OfKey => ({ byLabels: new Map(), recent: new Map(), recents: 0 }));
  let made = 0;

  function find(event: UsageEvent, { byLabels }: OfKey): Combination {
    const labels = labelLimit.labelsOf(event);
    const alike = byLabels.get(labels) ?? [];
    const known = alike.find((one) => isOfEvent(one, event));
    if (known !== undefined) return known;
    if (alike.length === 0) byLabels.set(labels, alike);
    const combination = combinationOf(event, labels);
    alike.push(combination);
    made++;
    return combination;
  }

  function remember(
    known: OfKey,
    { operation, clientName, clientVersion }: UsageEvent,
    combination: Combination,
  ): void {
    if (known.recents >= maxRecent) {
      known.recent.clear();
      known.recents = 0;
    }
    const recent = known.recent.get(operation) ?? [];
    if (recent.length === 0) known.recent.set(operation, recent);
    recent.push({ combination, clientName, clientVersion });
    known.recents++;
  }

  return {
    of(event) {
      const known = keys.of(event.apiKey?.id ?? '', event.at);
      for (const one of known.recent.get(event.operation) ?? []) if (isLike(one, event)) return one.combination;
      const combination = find(event, known);
      if (isShort(event)) remember(known, event, combination);
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
