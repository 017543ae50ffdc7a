import { boundedCache } from '../../kernel/bounded-cache.ts';
import type { UsageEvent, UsageOperation } from '../usage-event.ts';
import { type Combination, combinationOf } from './combination.ts';
import { createLabelLimit, type LabelLimit, type UsageLabels } from './usage-labels.ts';

export interface KnownCombinations {
  /** The one object for all requests of an hour that are alike. */
  of(event: UsageEvent): Combination;
  /** Forgets them when they are many. Only while no tally holds any. */
  tidy(): void;
}

interface OfKey {
  readonly hour: number;
  readonly byLabels: Map<UsageLabels, Combination[]>;
  /** Operations come as one object a document, so most requests find theirs without making a text. */
  readonly recent: Map<UsageOperation | undefined, Recent[]>;
}

interface Recent {
  readonly combination: Combination;
  readonly clientName: string | undefined;
  readonly clientVersion: string | undefined;
}

const maxKeys = 5000;
const maxCombinations = 100_000;
/** Operations of one key whose requests are found the short way. */
const maxRecent = 500;
const hourMs = 3_600_000;

/** Bounded whatever clients send: labels by their limit, and all of them by `tidy`. */
export function createKnownCombinations(labelLimit: LabelLimit = createLabelLimit()): KnownCombinations {
  const keys = boundedCache<string, OfKey>(maxKeys);
  let made = 0;

  function ofKey({ apiKey, at }: UsageEvent): OfKey {
    const id = apiKey?.id ?? '';
    const known = keys.get(id);
    const hour = Math.floor(at / hourMs);
    if (known !== undefined && known.hour >= hour) return known;
    const fresh: OfKey = { hour, byLabels: new Map(), recent: new Map() };
    keys.set(id, fresh);
    return fresh;
  }

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

  return {
    of(event) {
      const known = ofKey(event);
      let recent = known.recent.get(event.operation);
      for (const one of recent ?? []) if (isLike(one, event)) return one.combination;
      const combination = find(event, known);
      if (recent === undefined) {
        if (known.recent.size >= maxRecent) known.recent.clear();
        recent = [];
        known.recent.set(event.operation, recent);
      }
      if (recent.length < maxRecent) {
        recent.push({ combination, clientName: event.clientName, clientVersion: event.clientVersion });
      }
      return combination;
    },
    tidy() {
      if (made <= maxCombinations) return;
      keys.clear();
      made = 0;
    },
  };
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
