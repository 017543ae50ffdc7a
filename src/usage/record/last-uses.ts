import { boundedCache, boundOfEntries } from '../../kernel/bounded-cache.ts';
import type { UsageEvent } from '../usage-event.ts';
import { cleanLabel } from './usage-labels.ts';

export interface LastUse {
  readonly id: string;
  readonly at: number;
  readonly from: string;
}

export interface DueLastUses {
  readonly keys: readonly LastUse[];
  readonly secrets: readonly LastUse[];
}

export interface LastUses {
  add(event: UsageEvent): void;
  /** What is to be written now; all of it when the process ends. */
  due(now: number, all: boolean): DueLastUses;
  written(uses: DueLastUses, now: number): void;
}

interface SecretUse {
  readonly secretId: string;
  readonly apiKeyId: string;
  at: number;
  /** As the event says it. */
  from: string;
  /** The last use that was written, and when that was. */
  writtenUse: number;
  writtenAt: number;
}

/** One secret is written at most this often. */
const intervalMs = 60_000;

export const lastUsesBound = boundOfEntries('when secrets were last used, and from where', 50_000, 700);

/** When keys and secrets were last used, and from where: the last word of a minute, and what comes first at once. */
export function createLastUses(): LastUses {
  const uses = boundedCache<string, SecretUse>(lastUsesBound);
  return {
    add({ apiKey, at, clientAddress }) {
      // A key that was named without its secret was not used.
      if (apiKey?.secretId === undefined) return;
      const known = uses.get(apiKey.secretId);
      if (known === undefined) {
        uses.set(apiKey.secretId, {
          secretId: apiKey.secretId,
          apiKeyId: apiKey.id,
          at,
          from: clientAddress,
          writtenUse: Number.NEGATIVE_INFINITY,
          writtenAt: Number.NEGATIVE_INFINITY,
        });
      } else if (known.at < at) {
        known.at = at;
        known.from = clientAddress;
      }
    },
    due(now, all) {
      const secrets: LastUse[] = [];
      const keys = new Map<string, LastUse>();
      for (const { secretId, apiKeyId, at, from, writtenUse, writtenAt } of uses.values()) {
        if (at <= writtenUse || !(all || now - writtenAt >= intervalMs)) continue;
        const use = { id: secretId, at, from: cleanLabel(from, 60) };
        secrets.push(use);
        const ofKey = keys.get(apiKeyId);
        if (ofKey === undefined || ofKey.at < at) keys.set(apiKeyId, { ...use, id: apiKeyId });
      }
      return { keys: [...keys.values()], secrets };
    },
    written({ secrets }, now) {
      for (const { id, at } of secrets) {
        const use = uses.peek(id);
        if (use === undefined) continue;
        use.writtenUse = at;
        use.writtenAt = now;
      }
    },
  };
}
