import type { Database } from '../db/database.ts';
import type { SharedTime } from '../db/shared-time.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { type Repeating, repeating } from '../kernel/repeating.ts';
import { deliver, type Receiver } from './deliver.ts';
import { addExpiries, type DueEvent, noteAttempt, removeSettled, takeDue } from './outbox.ts';
import { maximumAttempts, waitAfter } from './retry-schedule.ts';

export interface WebhooksOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly time: SharedTime;
  readonly logger: Logger;
  readonly receiver: Receiver;
  /** From 0 up to 1. */
  readonly random: () => number;
}

const intervalMs = 5_000;
const expiryIntervalMs = 60_000;
const atOnce = 10;
/** Longer than an attempt can take. */
const holdMs = 60_000;

/**
 * Announces the ends of keys, and delivers what stands in the outbox, by the time that all instances share; any number of
 * instances may, each takes its own. A run rejects when the database is away; the next one makes up for it. `close` cuts off what is being delivered: it is
 * tried again by whoever comes next.
 */
export function startWebhooks({ database, clock, time, logger, receiver, random }: WebhooksOptions): Repeating {
  const closing = new AbortController();
  let expiriesAt = Number.NEGATIVE_INFINITY;

  async function runOnce(): Promise<void> {
    const now = await time.now();
    if (now === undefined) return;
    const start = clock.monotonic();
    const present = (): number => now + (clock.monotonic() - start);
    if (clock.monotonic() - expiriesAt >= expiryIntervalMs) {
      await addExpiries(database, now);
      await removeSettled(database, now);
      expiriesAt = clock.monotonic();
    }
    while (!closing.signal.aborted) {
      const due = await takeDue(database, present(), atOnce, holdMs);
      await Promise.all(due.map((event) => attempt(event, present)));
      if (due.length < atOnce) return;
    }
  }

  async function attempt(event: DueEvent, present: () => number): Promise<void> {
    const { kind, answer } = await deliver(event, receiver, present(), closing.signal);
    if (closing.signal.aborted && kind === 'FAILED') return;
    if (kind === 'DELIVERED') {
      await noteAttempt(database, { id: event.id, answer, deliveredAt: present() });
      return;
    }
    const attempts = event.attempts + 1;
    const wait = waitAfter(attempts, random);
    const nextAttemptAt = wait === undefined ? undefined : present() + wait;
    await noteAttempt(database, { id: event.id, answer, nextAttemptAt });
    const told = { webhookId: event.id, attempts, answer };
    if (nextAttemptAt === undefined) logger.error(told, `a webhook was given up after ${maximumAttempts} attempts`);
    else logger.warn(told, 'a webhook was not delivered; it is tried again');
  }

  const webhooks = repeating(runOnce, intervalMs, (err) =>
    logger.warn({ err }, 'webhooks were not delivered; it is tried again'),
  );
  return {
    run: webhooks.run,
    close() {
      closing.abort();
      return webhooks.close();
    },
  };
}
