import { expect, it } from 'vitest';
import type { Arrival } from '../../../src/http/arrival.ts';
import { codedError } from '../../../src/kernel/errors.ts';
import { createLogger } from '../../../src/kernel/logger.ts';
import { tellRefused } from '../../../src/pipeline/answer/tell-refused.ts';
import { unwatched } from '../../../src/pipeline/pipeline-watch.ts';
import type { PipelineServices } from '../../../src/pipeline/services.ts';
import type { Surface } from '../../../src/pipeline/surface.ts';
import type { UsageEvent } from '../../../src/usage/usage-event.ts';
import { places } from '../../plan/places.ts';
import { testClock } from '../../support/test-clock.ts';

const error = codedError('PAYLOAD_TOO_LARGE', 'The request body is larger than 10 bytes.');
const arrival = { requestId: 'r', clientAddress: '192.0.2.1', startedAt: 0 } as unknown as Arrival;

function setUp(named: (text: string) => Promise<unknown>) {
  const events: UsageEvent[] = [];
  const services = {
    keys: { named },
    usage: { record: (event: UsageEvent) => void events.push(event) },
    watch: unwatched,
    clock: testClock(),
    logger: createLogger('silent'),
  } as unknown as PipelineServices;
  const surface = { type: 'API', compiled: places } as unknown as Surface;
  return { tell: tellRefused(surface, services, () => undefined), events };
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
  const { tell, events } = setUp(async () => void asked++);
  await tell(new Request('http://localhost/graphql', { headers }), arrival, error);
  expect([asked, events]).toEqual([0, []]);
});

it('looks for no key when a header came twice, of which only the first is seen', async () => {
  let asked = 0;
  const { tell } = setUp(async () => void asked++);
  const request = new Request('http://localhost/graphql', { headers: { Authorization: 'Bearer k' } });
  await tell(request, { ...arrival, repeatedCredentials: true }, error);
  expect(asked).toBe(0);
});
