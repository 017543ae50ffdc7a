import { boundedCache } from '../../kernel/bounded-cache.ts';
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

/** One key is written at most this often. */
const intervalMs = 60_000;
const maxKeys = 50_000;

/** When keys and secrets were last used, and from where: the last word of a minute, and what comes first at once. */
export function createLastUses(): LastUses {
  const keys = tracker();
  const secrets = tracker();
  return {
    add({ apiKey, at, clientAddress }) {
      // A key that was named without its secret was not used.
      if (apiKey?.secretId === undefined) return;
      const from = cleanLabel(clientAddress, 60);
      keys.use({ id: apiKey.id, at, from });
      secrets.use({ id: apiKey.secretId, at, from });
    },
    due: (now, all) => ({ keys: keys.due(now, all), secrets: secrets.due(now, all) }),
    written(uses, now) {
      keys.written(uses.keys, now);
      secrets.written(uses.secrets, now);
    },
  };
}

function tracker() {
  const unwritten = boundedCache<string, LastUse>(maxKeys);
  const writtenAt = boundedCache<string, number>(maxKeys);
  return {
    use(use: LastUse): void {
      const known = unwritten.get(use.id);
      if (known === undefined || known.at < use.at) unwritten.set(use.id, use);
    },
    due(now: number, all: boolean): readonly LastUse[] {
      return [...unwritten.values()].filter(({ id }) => {
        const last = writtenAt.get(id);
        return all || last === undefined || now - last >= intervalMs;
      });
    },
    written(uses: readonly LastUse[], now: number): void {
      for (const use of uses) {
        writtenAt.set(use.id, now);
        if (unwritten.peek(use.id) === use) unwritten.delete(use.id);
      }
    },
  };
}
