import type { MakeId } from '../../kernel/uuid.ts';
import type { LoggedRequest } from '../logged-request.ts';
import type { UsageEvent } from '../usage-event.ts';
import { cleanLabel, longestClient } from './usage-labels.ts';

export interface RequestSampler {
  add(event: UsageEvent): void;
  /** What is to be logged of the requests since the last call. */
  take(): readonly LoggedRequest[];
}

export interface SamplerOptions {
  /** Most requests that are logged of one second. */
  readonly ratePerSecond: number;
  /** Most rows that wait to be taken; more are left out, oldest first. */
  readonly maxWaiting: number;
  readonly makeId: MakeId;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/**
 * Chooses what is logged: every request while there are few. Above the rate, requests that did not end well come
 * first, and of each of the two kinds the rest is an even sample (reservoir sampling, algorithm R); every row says for
 * how many requests it stands.
 */
export function createRequestSampler(options: SamplerOptions): RequestSampler {
  const { ratePerSecond, maxWaiting, makeId, random } = options;
  const waiting: LoggedRequest[] = [];
  let second = 0;
  /** Rows of this second that were taken already. */
  let spent = 0;
  let failed = reservoir(random);
  let succeeded = reservoir(random);

  function seal(): void {
    for (const { events, seen } of [failed, succeeded]) {
      const oneOf = events.length === 0 ? 1 : Math.max(1, Math.round(seen() / events.length));
      for (const event of events) waiting.push(rowOf(event, makeId(), oneOf));
      spent += events.length;
    }
    if (waiting.length > maxWaiting) waiting.splice(0, waiting.length - maxWaiting);
    failed = reservoir(random);
    succeeded = reservoir(random);
  }

  return {
    add(event) {
      const now = Math.floor(event.at / 1000);
      if (now !== second) {
        seal();
        second = now;
        spent = 0;
      }
      const room = Math.max(0, ratePerSecond - spent);
      const kind = event.outcome === 'OK' ? succeeded : failed;
      const left = kind === failed ? room : room - failed.events.length;
      kind.offer(event, left);
      if (failed.events.length + succeeded.events.length > room) succeeded.giveUpOne();
    },
    take() {
      seal();
      return waiting.splice(0, waiting.length);
    },
  };
}

function reservoir(random: () => number) {
  const events: UsageEvent[] = [];
  let count = 0;
  return {
    events,
    seen: () => count,
    offer(event: UsageEvent, capacity: number): void {
      count++;
      if (events.length < capacity) {
        events.push(event);
        return;
      }
      const place = Math.floor(random() * count);
      if (place < events.length) events[place] = event;
    },
    giveUpOne(): void {
      events.splice(Math.floor(random() * events.length), 1);
    },
  };
}

function rowOf(event: UsageEvent, id: string, oneOf: number): LoggedRequest {
  const { apiKey, operation } = event;
  return {
    id,
    at: event.at,
    requestId: event.requestId,
    surface: event.surface,
    apiKeyId: apiKey?.id ?? null,
    secretId: apiKey?.secretId ?? null,
    applicationId: apiKey?.applicationId ?? null,
    operationType: operation?.type ?? '',
    operationName: operation?.name?.slice(0, 100) ?? '',
    documentHash: operation?.document?.hash ?? '',
    outcome: event.outcome,
    errorCode: event.errorCode ?? '',
    requestedCost: event.requestedCost,
    actualCost: event.actualCost,
    latencyMs: Math.round(event.latencyMs),
    clientAddress: cleanLabel(event.clientAddress, 60),
    clientName: cleanLabel(event.clientName, longestClient.name),
    clientVersion: cleanLabel(event.clientVersion, longestClient.version),
    oneOf,
  };
}
