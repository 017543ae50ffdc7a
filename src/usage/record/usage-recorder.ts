import type { Database } from '../../db/database.ts';
import { DatabaseError } from '../../db/database-error.ts';
import { boundedCache, boundOfEntries } from '../../kernel/bounded-cache.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { MakeId } from '../../kernel/uuid.ts';
import { createPartitions } from '../partitions.ts';
import type { UsageDocument, UsageEvent, UsageOperation } from '../usage-event.ts';
import type { FieldSet } from './field-sets.ts';
import { createLastUses } from './last-uses.ts';
import { createRequestSampler } from './request-sampler.ts';
import { createUsageBuffer, type MinuteOfUsage, oldestMs, requestsOf } from './usage-buffer.ts';
import { type SeenDocument, type UsageBatch, writeBatch } from './write-batch.ts';
import { writeLastUses } from './write-last-uses.ts';

export interface UsageRecorderOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly logger: Logger;
  /** Requests of one second that the request log takes. */
  readonly logRatePerSecond: number;
  /** From 0 to below 1: chooses what is logged above the rate. */
  readonly random: () => number;
}

export interface UsageRecorder {
  /** Counts a request, in memory; never throws and never waits. */
  record(event: UsageEvent): void;
  /** Writes what was counted before the call. It stays in memory while the database is away: rejects then. */
  flush(): Promise<void>;
  readonly state: UsageRecorderState;
  /** Writes everything that it can. */
  close(): Promise<void>;
}

export interface UsageRecorderState {
  /** Rows that wait to be written. */
  readonly buffered: number;
  /** Requests that were never counted, because the database was away for too long. */
  readonly dropped: number;
  /** How long the last write took, in milliseconds. */
  readonly lastFlushMs: number | undefined;
}

const flushIntervalMs = 1000;
const eventsPerFlush = 5000;
const maxLogRows = 10_000;
const knownDocuments = 5000;

export const notedUsageBounds = {
  documents: boundOfEntries('normalized documents, by hash, that usage has written today', knownDocuments, 300),
  sets: boundOfEntries('sets of privileges, by hash, that usage has written today', 5000, 200),
};

const closingAttempts = 3;
const dayMs = 86_400_000;

/** There is no partition for a row. */
const noPartition = '23514';

/** Data exceptions and violated constraints: trying again would bring the same answer, and hold up all that follows. */
function isRefusedValue(error: unknown): boolean {
  return error instanceof DatabaseError && /^2[23]/.test(error.sqlState) && error.sqlState !== noPartition;
}

/**
 * Counts requests off their way: added up in memory, and written every second. A process that ends in order loses
 * nothing; one that is killed loses what it counted since the last write.
 */
export function createUsageRecorder(options: UsageRecorderOptions): UsageRecorder {
  const { database, clock, logger, makeId } = options;
  const buffer = createUsageBuffer();
  const sampler = createRequestSampler({
    ratePerSecond: options.logRatePerSecond,
    maxWaiting: maxLogRows,
    makeId,
    random: options.random,
  });
  let partitions = createPartitions(database);
  const lastUses = createLastUses();
  const seenDocuments = boundedCache<string, true>(notedUsageBounds.documents);
  const seenSets = boundedCache<string, number>(notedUsageBounds.sets);
  const notedOn = new WeakMap<UsageDocument, number>();
  const instance = makeId();
  let documents: SeenDocument[] = [];
  let events = 0;
  let seq = 0;
  /** A batch that was not written, or of which nobody knows: it goes first, as it is. */
  let unwritten: UsageBatch | undefined;
  let running: Promise<void> | undefined;
  let givenUp = 0;
  let lastFlushMs: number | undefined;
  let failing = false;

  function note({ type, name = '', document }: UsageOperation, at: number): void {
    const day = Math.floor(at / dayMs);
    if (document === undefined || notedOn.get(document) === day) return;
    // Again each day, so that a document that is still used is not removed.
    const known = `${day} ${document.hash}`;
    if (!seenDocuments.has(known)) {
      if (documents.length >= knownDocuments) return;
      seenDocuments.set(known, true);
      documents.push({ ...document, operationType: type, operationName: name.slice(0, 100) });
    }
    notedOn.set(document, day);
  }

  function nextBatch(): UsageBatch | undefined {
    if (events === 0) return undefined;
    events = 0;
    seq++;
    const minutes = buffer.take();
    const at = clock.now();
    // Around midnight a document is noted for both days, and a statement may not touch a row twice.
    const once = [...new Map(documents.map((document) => [document.hash, document])).values()];
    const batch = { instance, seq, at, minutes, sets: newSets(minutes, at), documents: once, log: sampler.take() };
    documents = [];
    return batch;
  }

  /** Again each day, as with documents. */
  function newSets(minutes: readonly MinuteOfUsage[], now: number): readonly FieldSet[] {
    const day = Math.floor(now / dayMs);
    const sets = new Map<string, FieldSet>();
    for (const { fields } of minutes) {
      for (const { set } of fields.of) {
        if (seenSets.get(set.id) !== day) sets.set(set.id, set);
        seenSets.set(set.id, day);
      }
    }
    return [...sets.values()];
  }

  function giveUp({ minutes }: UsageBatch): void {
    for (const minute of minutes) givenUp += requestsOf(minute);
    // They may not be in the tables.
    seenSets.clear();
    seenDocuments.clear();
    unwritten = undefined;
  }

  async function writeOrGiveUp(batch: UsageBatch): Promise<void> {
    try {
      await partitions.ensure([...batch.minutes, ...batch.log].map(({ at }) => at));
      await writeBatch(database, batch);
    } catch (err) {
      // Somebody dropped one that was there: what is known of them is wrong.
      if (err instanceof DatabaseError && err.sqlState === noPartition) partitions = createPartitions(database);
      if (!isRefusedValue(err)) throw err;
      logger.error({ err }, 'the database refuses values of usage; what came with them is not counted');
      giveUp(batch);
    }
  }

  async function write(all: boolean): Promise<void> {
    const started = clock.monotonic();
    if (unwritten !== undefined && clock.now() - unwritten.at > oldestMs) giveUp(unwritten);
    // What is left over, and what was counted since: no more, since what comes meanwhile would keep it going for ever.
    for (let batches = unwritten === undefined ? 1 : 2; batches > 0; batches--) {
      unwritten ??= nextBatch();
      if (unwritten !== undefined) await writeOrGiveUp(unwritten);
      unwritten = undefined;
    }
    const now = clock.now();
    const due = lastUses.due(now, all);
    await writeLastUses(database, due);
    lastUses.written(due, now);
    lastFlushMs = clock.monotonic() - started;
  }

  /** One at a time. A call that comes while one runs is answered by the next one, which then has everything. */
  async function flush(all = false): Promise<void> {
    while (running !== undefined) await running.catch(() => {});
    running = write(all);
    try {
      await running;
    } finally {
      running = undefined;
    }
  }

  function flushSoon(): void {
    if (running !== undefined) return;
    flush().then(
      () => {
        if (failing) logger.info('usage is written again');
        failing = false;
      },
      (err: unknown) => {
        if (!failing) logger.warn({ err }, 'usage is not written; it stays in memory, within its bound');
        failing = true;
      },
    );
  }

  const timer = setInterval(flushSoon, flushIntervalMs);
  timer.unref();

  return {
    record(event) {
      const isNamed = buffer.add(event);
      if (event.requests > 0) sampler.add(event);
      lastUses.add(event);
      const { operation } = event;
      if (isNamed && operation !== undefined) note(operation, event.at);
      events++;
      if (events >= eventsPerFlush) flushSoon();
    },
    flush: () => flush(),
    get state() {
      return { buffered: buffer.size, dropped: buffer.dropped + givenUp, lastFlushMs };
    },
    async close() {
      clearInterval(timer);
      for (let attempt = 1; attempt <= closingAttempts; attempt++) {
        try {
          await flush(true);
          if (events === 0) return;
        } catch (err) {
          logger.error({ err, attempt, buffered: buffer.size }, 'usage was not written');
        }
      }
    },
  };
}
