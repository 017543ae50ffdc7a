import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { updateApiKey } from '../../src/administration/api-keys/update-api-key.ts';
import { deleteApplication } from '../../src/administration/applications/delete-application.ts';
import { deleteApiKey } from '../../src/administration/lifecycle/delete-api-key.ts';
import { revokeApiKey } from '../../src/administration/lifecycle/revoke-api-key.ts';
import { rotateApiKey } from '../../src/administration/rotation/rotate-api-key.ts';
import type { Database } from '../../src/db/database.ts';
import { apiKey, outbox } from '../../src/db/schema/index.ts';
import { ownTime } from '../../src/db/shared-time.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import type { Repeating } from '../../src/kernel/repeating.ts';
import { createOutbox, noteAttempt } from '../../src/webhooks/outbox.ts';
import { maximumAttempts } from '../../src/webhooks/retry-schedule.ts';
import { startWebhooks } from '../../src/webhooks/start-webhooks.ts';
import { day, openWorld, outcome, type World } from '../administration/support.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { startReceiver, type TestReceiver } from './receiver.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const log: string[] = [];
const logger = createLogger('debug', { write: (line: string) => void log.push(line) });
let database: Database;
let world: World;
let receiver: TestReceiver;
let webhooks: Repeating;

beforeAll(async () => {
  database = await openTestDatabase();
  const opened = await openWorld(database);
  world = { ...opened, services: { ...opened.services, outbox: createOutbox(opened.services.makeId) } };
});
beforeEach(async () => {
  await database.queries.delete(outbox);
  // The keys of the tests before are no business of the next.
  await database.queries.update(apiKey).set({ expiresAt: null });
  receiver = await startReceiver();
  webhooks = openWebhooks();
});
afterEach(async () => {
  await webhooks.close();
  await receiver.close();
});
afterAll(async () => {
  await world.resolver.close();
  await database.close();
});

const openWebhooks = () =>
  startWebhooks({
    database,
    clock: world.clock,
    time: ownTime(world.clock),
    logger,
    receiver: { url: receiver.url, secret },
    random: () => 0,
  });
const rotation = { gracePeriodMs: 0, activation: 'IMMEDIATE' } as const;
const types = () => receiver.messages.map(({ body }) => JSON.parse(body).type);

test('a rotated key is announced, signed, with its owner and without a secret', async () => {
  const { services, root } = world;
  const { apiKey, key: former = '' } = await world.key({ name: 'Billing' });
  const { key: text = '' } = await rotateApiKey(services, root, { id: apiKey.id, ...rotation });
  await webhooks.run();
  const [message] = receiver.messages;
  if (!message) throw new Error('nothing came');
  const { 'webhook-id': id = '', 'webhook-timestamp': seconds, 'webhook-signature': signature } = message.headers;
  expect(signature).toBe(new Webhook(secret).sign(id, new Date(Number(seconds) * 1000), message.body));
  expect(Number(seconds)).toBe(world.clock.now() / 1000);
  expect(JSON.parse(message.body)).toEqual({
    type: 'api_key.rotated',
    timestamp: new Date(world.clock.now()).toISOString(),
    data: {
      apiKey: {
        id: Buffer.from(`ApiKey:${apiKey.id}`).toString('base64'),
        publicId: apiKey.publicId,
        name: 'Billing',
        type: 'API',
        environment: 'LIVE',
        expiresAt: new Date(apiKey.expiresAt ?? 0).toISOString(),
      },
      application: {
        id: Buffer.from(`Application:${apiKey.application.id}`).toString('base64'),
        name: 'Atlas',
        ownerName: 'Ada',
        ownerEmail: 'ada@example.com',
      },
    },
  });
  expect(message.body).not.toContain(former.slice(-38));
  expect(message.body).not.toContain(text.slice(-38));
});

test('a revoked and a deleted key are announced, other changes are not, and nothing is said twice', async () => {
  const { services, root } = world;
  const { apiKey: revoked } = await world.key({});
  const { apiKey: deleted } = await world.key({});
  await updateApiKey(services, root, { id: revoked.id, name: 'Other' });
  await revokeApiKey(services, root, { id: revoked.id, descendants: 'KEEP' });
  await deleteApiKey(services, root, { id: deleted.id, descendants: 'KEEP' });
  await webhooks.run();
  await webhooks.run();
  expect(types()).toEqual(['api_key.revoked', 'api_key.revoked']);
});

test('a change that does not happen is not announced', async () => {
  const { services, root } = world;
  const { apiKey } = await world.key({});
  expect(await outcome(rotateApiKey(services, root, { id: apiKey.id, etag: 'stale', ...rotation }))).toBe(
    'ETAG_MISMATCH',
  );
  await webhooks.run();
  expect(receiver.messages).toEqual([]);
});

test('the end of a key is announced 14 days before and when it is there, each once', async () => {
  const { clock } = world;
  await world.key({ expiresAt: clock.now() + 20 * day });
  const at = async (ms: number) => {
    clock.advance(ms);
    await webhooks.run();
    await webhooks.run();
    return types();
  };
  expect(await at(0)).toEqual([]);
  expect(await at(6 * day)).toEqual(['api_key.expiring']);
  expect(await at(13 * day)).toEqual(['api_key.expiring']);
  expect(await at(day)).toEqual(['api_key.expiring', 'api_key.expired']);
  expect(await at(day)).toEqual(['api_key.expiring', 'api_key.expired']);
});

test('the keys of a deleted application are announced as revoked, once, and their later ends are no news', async () => {
  const { clock, services, root } = world;
  const { apiKey } = await world.key({ expiresAt: clock.now() + 10 * day });
  const applicationId = apiKey.application.id;
  const { apiKey: gone } = await world.key({ applicationId });
  await world.key({ applicationId, expiresAt: clock.now() + 1 });
  clock.advance(1);
  await revokeApiKey(services, root, { id: gone.id, descendants: 'KEEP' });
  await webhooks.run();
  const told = types().length;
  await deleteApplication(services, root, { id: applicationId });
  await deleteApplication(services, root, { id: applicationId });
  await webhooks.run();
  expect(types().slice(told)).toEqual(['api_key.revoked']);
  expect(JSON.parse(receiver.messages[told]?.body ?? '').data.apiKey.publicId).toBe(apiKey.publicId);
  clock.advance(11 * day);
  await webhooks.run();
  expect(types().slice(told)).toEqual(['api_key.revoked']);
});

test('of keys that end together each is announced once', async () => {
  const { services, root } = world;
  const grantable = ['read:City'];
  const { apiKey } = await world.key({ type: 'MANAGEMENT', privileges: [], grantable });
  const applicationId = apiKey.application.id;
  const made = await Promise.all(Array.from({ length: 12 }, () => world.key({ applicationId }, world.as(apiKey))));
  await revokeApiKey(services, root, { id: apiKey.id, descendants: 'REVOKE' });
  await webhooks.run();
  const told = receiver.messages.map(({ body }) => JSON.parse(body).data.apiKey.publicId);
  expect(told.sort()).toEqual([apiKey, ...made.map((one) => one.apiKey)].map(({ publicId }) => publicId).sort());
});

test('an end that was moved is announced anew', async () => {
  const { clock, services, root } = world;
  const { apiKey } = await world.key({ expiresAt: clock.now() + 10 * day });
  await webhooks.run();
  await updateApiKey(services, root, { id: apiKey.id, expiresAt: clock.now() + 12 * day });
  clock.advance(60_000);
  await webhooks.run();
  expect(types()).toEqual(['api_key.expiring', 'api_key.expiring']);
});

test.each([500, 404, 302])('what is answered with %i is sent again later, as the same message', async (status) => {
  const { services, root, clock } = world;
  const { apiKey } = await world.key({});
  receiver.answer(status);
  await rotateApiKey(services, root, { id: apiKey.id, ...rotation });
  await webhooks.run();
  await webhooks.run();
  expect(receiver.messages).toHaveLength(1);
  receiver.answer(200);
  clock.advance(5_000);
  await webhooks.run();
  clock.advance(day);
  await webhooks.run();
  const ids = receiver.messages.map(({ headers }) => headers['webhook-id']);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});

test('after the last attempt an event is given up, and the log says so', async () => {
  const { services, root, clock } = world;
  const { apiKey } = await world.key({});
  receiver.answer(503);
  await rotateApiKey(services, root, { id: apiKey.id, ...rotation });
  for (let attempt = 0; attempt < maximumAttempts + 3; attempt++) {
    await webhooks.run();
    clock.advance(day);
  }
  const rotations = receiver.messages.filter(({ body }) => body.includes('api_key.rotated'));
  expect(rotations).toHaveLength(maximumAttempts);
  expect(log.some((line) => line.includes('given up'))).toBe(true);
});

test('an instance that stops in the middle of a delivery leaves it to the next', async () => {
  const { services, root, clock } = world;
  const { apiKey } = await world.key({});
  receiver.answer('HANG');
  await rotateApiKey(services, root, { id: apiKey.id, ...rotation });
  const running = webhooks.run();
  await receiver.received(1);
  await webhooks.close();
  await running;
  receiver.answer(200);
  webhooks = openWebhooks();
  await webhooks.run();
  expect(receiver.messages).toHaveLength(1);
  clock.advance(60_000);
  await webhooks.run();
  expect(receiver.messages).toHaveLength(2);
});

test('two instances never send the same event at the same time', async () => {
  const { services, root } = world;
  const other = openWebhooks();
  for (let count = 0; count < 25; count++) {
    const { apiKey } = await world.key({ applicationId: root.key.application.id });
    await revokeApiKey(services, root, { id: apiKey.id, descendants: 'KEEP' });
  }
  await Promise.all([webhooks.run(), other.run()]);
  await other.close();
  expect(receiver.messages).toHaveLength(25);
  expect(new Set(receiver.messages.map(({ headers }) => headers['webhook-id'])).size).toBe(25);
});

test('a receiver that is not there is tried again', async () => {
  const { services, root, clock } = world;
  const { apiKey } = await world.key({});
  await rotateApiKey(services, root, { id: apiKey.id, ...rotation });
  const nobody = startWebhooks({
    database,
    clock,
    time: ownTime(clock),
    logger,
    receiver: { url: 'http://127.0.0.1:1/', secret },
    random: () => 0,
  });
  await nobody.run();
  await nobody.close();
  const [row] = await database.queries.select().from(outbox);
  expect(row).toMatchObject({ attempts: 1, deliveredAt: null });
  clock.advance(5_000);
  await webhooks.run();
  expect(receiver.messages).toHaveLength(1);
});

test('an attempt that ends late does not take back a delivery', async () => {
  const { services, root } = world;
  const { apiKey: made } = await world.key({});
  await rotateApiKey(services, root, { id: made.id, ...rotation });
  await webhooks.run();
  const [event] = await database.queries.select().from(outbox);
  if (!event) throw new Error('nothing was sent');
  await noteAttempt(database, { id: event.id, answer: 'TimeoutError', nextAttemptAt: world.clock.now() });
  const [after] = await database.queries.select().from(outbox);
  expect(after).toEqual(event);
  expect(event.deliveredAt).toBe(world.clock.now());
});
