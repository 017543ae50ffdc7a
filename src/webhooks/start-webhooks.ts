import type { Database } from '../db/database.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { deliver, type Receiver } from './deliver.ts';
import { addExpiries, type DueEvent, noteAttempt, removeSettled, takeDue } from './outbox.ts';
import { maximumAttempts, waitAfter } from './retry-schedule.ts';

export interface WebhooksOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly receiver: Receiver;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export interface Webhooks {
  /** Announces the ends of keys, and delivers all that is due. Rejects when the database is away; the next run makes up for it. */
  run(): Promise<void>;
  /** Cuts what is being delivered off: it is tried again by whoever comes next. */
  close(): Promise<void>;
}

const intervalMs = 5_000;
const expiryIntervalMs = 60_000;
const atOnce = 10;
/** Longer than an attempt can take. */
const holdMs = 60_000;

/** Delivers what stands in the outbox; any number of instances may, each takes its own. */
export function startWebhooks({ database, clock, logger, receiver, random }: WebhooksOptions): Webhooks {
  const closing = new AbortController();
  let expiriesAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;

  async function runOnce(): Promise<void> {
    if (clock.monotonic() - expiriesAt >= expiryIntervalMs) {
      await addExpiries(database, clock.now());
      await removeSettled(database, clock.now());
      expiriesAt = clock.monotonic();
    }
    while (!closing.signal.aborted) {
      const due = await takeDue(database, clock.now(), atOnce, holdMs);
      await Promise.all(due.map(attempt));
      if (due.length < atOnce) return;
    }
  }

  async function attempt(event: DueEvent): Promise<void> {
    const { kind, answer } = await deliver(event, receiver, clock.now(), closing.signal);
    if (closing.signal.aborted && kind === 'FAILED') return;
    if (kind === 'DELIVERED') {
      await noteAttempt(database, { id: event.id, answer, deliveredAt: clock.now() });
      return;
    }
    const attempts = event.attempts + 1;
    const wait = waitAfter(attempts, random);
    const nextAttemptAt = wait === undefined ? undefined : clock.now() + wait;
    await noteAttempt(database, { id: event.id, answer, nextAttemptAt });
    const told = { webhookId: event.id, attempts, answer };
    if (nextAttemptAt === undefined) logger.error(told, `a webhook was given up after ${maximumAttempts} attempts`);
    else logger.warn(told, 'a webhook was not delivered; it is tried again');
  }

  function run(): Promise<void> {
    running ??= runOnce().finally(() => {
      running = undefined;
    });
    return running;
  }

  const timer = setInterval(() => {
    run().catch((err: unknown) => logger.warn({ err }, 'webhooks were not delivered; it is tried again'));
  }, intervalMs);
  timer.unref();

  return {
    run,
    async close() {
      clearInterval(timer);
      closing.abort();
      await running?.catch(() => {});
    },
  };
}
