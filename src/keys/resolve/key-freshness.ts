import type { Clock } from '../../kernel/clock.ts';

/** For how long cached keys are believed after the database confirmed that no change was missed. */
export const trustMs = 1000;

export interface KeyFreshness {
  /** Resolves when what is cached may be used; rejects when the database cannot say so. */
  confirm(): Promise<void>;
  /** A change was heard of, up to this place in the order of changes. */
  heard(epoch: number): void;
}

/**
 * Bounds staleness where notifications can be lost without a word (a dead connection, a stopped process): at most once
 * in `trustMs` the place of the last change is read and compared with the last one heard of; when they differ,
 * something was missed and everything is forgotten. A key that was ended elsewhere is therefore refused at the latest
 * `trustMs` after its commit, and within milliseconds while notifications arrive. Half-way through, the next
 * confirmation starts in the background, so that a busy instance never waits for it.
 */
export function createKeyFreshness(
  clock: Clock,
  readEpoch: () => Promise<number>,
  forgetEverything: () => void,
): KeyFreshness {
  let epoch = -1;
  let trustedUntil = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;

  async function check(): Promise<void> {
    const startedAt = clock.monotonic();
    const found = await readEpoch();
    if (found !== epoch) {
      epoch = found;
      forgetEverything();
    }
    trustedUntil = startedAt + trustMs;
  }

  function shared(): Promise<void> {
    running ??= check().finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    async confirm() {
      const left = trustedUntil - clock.monotonic();
      if (left <= 0) return shared();
      // A failure here is met by whoever asks after the trust has ended.
      if (left < trustMs / 2) shared().catch(() => {});
    },
    heard(latest) {
      epoch = Math.max(epoch, latest);
    },
  };
}
