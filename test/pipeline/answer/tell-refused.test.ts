import { expect, it } from 'vitest';
import type { Arrival } from '../../../src/http/arrival.ts';
import { codedError } from '../../../src/kernel/errors.ts';
import { createLogger } from '../../../src/kernel/logger.ts';
import type { ApiKeyRecord } from '../../../src/keys/api-key.ts';
import type { KeyResolution } from '../../../src/keys/resolve/key-resolution.ts';
import { tellRefused } from '../../../src/pipeline/answer/tell-refused.ts';
import { unwatched } from '../../../src/pipeline/pipeline-watch.ts';
import type { PipelineServices } from '../../../src/pipeline/services.ts';
import type { Surface } from '../../../src/pipeline/surface.ts';
import type { UsageEvent } from '../../../src/usage/usage-event.ts';
import { places } from '../../plan/places.ts';
import { testClock } from '../../support/test-clock.ts';

const error = codedError('PAYLOAD_TOO_LARGE', 'The request body is larger than 10 bytes.');
const arrival = { requestId: 'r', clientAddress: '192.0.2.1', startedAt: 0 } as unknown as Arrival;

function setUp(resolve: (text: string) => Promise<KeyResolution>, banned = false) {
  let failed = 0;
  const events: UsageEvent[] = [];
  const services = {
    keys: { resolve },
    failedAttempts: { failed: () => void failed++, isBanned: () => banned },
    usage: { record: (event: UsageEvent) => void events.push(event) },
    watch: unwatched,
    clock: testClock(),
    logger: createLogger('silent'),
    redact: (text: string) => text,
  } as unknown as PipelineServices;
  const surface = { type: 'API', compiled: places } as unknown as Surface;
  return { tell: tellRefused(surface, services, () => undefined), events, failed: () => failed };
}

it('tells what is known while the database does not answer', async () => {
  const { tell, events } = setUp(async () => {
    throw codedError('DATABASE_UNAVAILABLE', 'The key cannot be checked at the moment.');
  });
  const request = new Request('http://localhost/graphql', { headers: { 'X-API-Key': 'k' } });
  expect(await tell(request, arrival, error)).toMatchObject({ outcome: 'INVALID', errorCode: 'PAYLOAD_TOO_LARGE' });
  expect(events).toEqual([]);
});

it.each<[string, HeadersInit]>([
  ['no key', {}],
  ['two keys', { 'X-API-Key': 'k', Authorization: 'Bearer l' }],
  ['a text that no key is', { 'X-API-Key': 'k l' }],
])('looks for no key when the headers present %s', async (_, headers) => {
  let asked = 0;
  const { tell, events } = setUp(async () => {
    asked++;
    return { kind: 'UNKNOWN' };
  });
  await tell(new Request('http://localhost/graphql', { headers }), arrival, error);
  expect([asked, events]).toEqual([0, []]);
});

it('looks for no key when a header came twice, of which only the first is seen', async () => {
  let asked = 0;
  const { tell } = setUp(async () => {
    asked++;
    return { kind: 'UNKNOWN' };
  });
  const request = new Request('http://localhost/graphql', { headers: { Authorization: 'Bearer k' } });
  await tell(request, { ...arrival, repeatedCredentials: true }, error);
  expect(asked).toBe(0);
});

const withKey = () => new Request('http://localhost/graphql', { headers: { 'X-API-Key': 'k' } });

it.each<[number, KeyResolution]>([
  [1, { kind: 'UNKNOWN' }],
  [1, { kind: 'MALFORMED' }],
  [1, { kind: 'WRONG_SECRET', key: { id: 'k', application: { id: 'a' } } as unknown as ApiKeyRecord }],
  [0, { kind: 'EXPIRED', at: 1, key: { id: 'k', application: { id: 'a' } } as unknown as ApiKeyRecord }],
  [0, { kind: 'TURNED_AWAY' }],
])('counts %i failed attempts when the key is %j', async (attempts, resolution) => {
  const { tell, failed } = setUp(async () => resolution);
  await tell(withKey(), arrival, error);
  expect(failed()).toBe(attempts);
});

it('counts no failed attempt when the headers present no key', async () => {
  const { tell, failed } = setUp(async () => ({ kind: 'UNKNOWN' }));
  await tell(new Request('http://localhost/graphql'), arrival, error);
  expect(failed()).toBe(0);
});

it('looks for no key for an address that failed too often', async () => {
  let asked = 0;
  const { tell, events, failed } = setUp(async () => {
    asked++;
    return { kind: 'UNKNOWN' };
  }, true);
  expect(await tell(withKey(), arrival, error)).toMatchObject({ outcome: 'INVALID' });
  expect([asked, events.length, failed()]).toEqual([0, 0, 0]);
});
