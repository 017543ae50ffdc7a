import { z } from 'zod';
import type { Database, Queries } from '../../../db/database.ts';
import { codedError } from '../../../kernel/errors.ts';
import { type EventStream, eventStream } from '../../shared/event-stream.ts';

const channel = 'fieldpass_city_changed';

export type CityChangeAction = 'CREATED' | 'UPDATED' | 'DELETED';

export interface CityChange {
  readonly action: CityChangeAction;
  readonly id: string;
  /** Of the country that the city is in, and of the one that it was moved from. */
  readonly countryCodes: readonly string[];
}

/** Changes of cities by any instance, for the subscribers of this one. */
export interface CityChanges {
  /** Resolves when no later change is missed. @param countryCode `undefined`: of every country */
  subscribe(countryCode: string | undefined): Promise<AsyncIterableIterator<CityChange>>;
  close(): Promise<void>;
}

/** How many changes may wait for one subscriber: some hundred bytes each. */
const longestQueue = 1000;

const notice = z.object({
  action: z.enum(['CREATED', 'UPDATED', 'DELETED']),
  id: z.uuid(),
  countryCodes: z.array(z.string()),
});

/** Sent when the transaction commits, and never when it does not. */
export async function notifyCityChange(database: Database, change: CityChange, within: Queries): Promise<void> {
  await database.notify(channel, JSON.stringify(change), within);
}

interface Subscriber {
  readonly countryCode: string | undefined;
  readonly stream: EventStream<CityChange>;
}

/** One listener for all subscribers of the process; it listens from the first one on. */
export function openCityChanges(database: Database): CityChanges {
  const subscribers = new Set<Subscriber>();
  let listening: Promise<() => Promise<void>> | undefined;
  let closed = false;

  function listen(): Promise<() => Promise<void>> {
    listening ??= database.listen(channel, deliver, reportGap).catch((error: unknown) => {
      listening = undefined;
      throw error;
    });
    return listening;
  }

  function deliver(payload: string): void {
    const change = readNotice(payload);
    if (!change) return;
    for (const { countryCode, stream } of subscribers) {
      if (countryCode !== undefined && !change.countryCodes.includes(countryCode)) continue;
      if (!stream.push(change)) stream.end(missed('SERVICE_UNAVAILABLE', 'Changes came faster than they were read.'));
    }
  }

  /** What was sent while the connection was lost is lost: a subscriber must not believe that it has heard everything. */
  function reportGap(): void {
    endAll(missed('DATABASE_UNAVAILABLE', 'The connection to the database was lost for a moment.'));
  }

  function endAll(error?: ReturnType<typeof missed>): void {
    for (const { stream } of [...subscribers]) stream.end(error);
  }

  return {
    async subscribe(countryCode) {
      if (closed) throw codedError('SERVICE_UNAVAILABLE', 'The server is shutting down: subscribe again in a moment.');
      const stream = eventStream<CityChange>(longestQueue, () => subscribers.delete(subscriber));
      const subscriber: Subscriber = { countryCode, stream };
      subscribers.add(subscriber);
      try {
        await listen();
      } catch (error) {
        stream.end();
        throw error;
      }
      return stream.events;
    },
    async close() {
      closed = true;
      endAll();
      const stop = await listening?.catch(() => undefined);
      listening = undefined;
      await stop?.();
    },
  };
}

/** Anybody with access to the database can send on the channel: what is no notice of ours is passed over. */
function readNotice(payload: string): CityChange | undefined {
  try {
    return notice.parse(JSON.parse(payload));
  } catch {
    return undefined;
  }
}

function missed(code: 'SERVICE_UNAVAILABLE' | 'DATABASE_UNAVAILABLE', reason: string) {
  return codedError(code, `${reason} Changes were missed: read again, then subscribe again.`);
}
