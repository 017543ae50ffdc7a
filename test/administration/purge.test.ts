import { eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { deleteApiKey, undeleteWindowMs } from '../../src/administration/lifecycle/delete-api-key.ts';
import { revokeApiKey } from '../../src/administration/lifecycle/revoke-api-key.ts';
import { undeleteApiKey } from '../../src/administration/lifecycle/undelete-api-key.ts';
import { purgeDeletedKeys } from '../../src/administration/purge/purge-deleted-keys.ts';
import { purgeIdempotency } from '../../src/administration/purge/purge-idempotency.ts';
import { verifyAudit } from '../../src/audit/verify-audit.ts';
import type { Database } from '../../src/db/database.ts';
import { apiKeySecret, idempotency } from '../../src/db/schema/index.ts';
import { findApiKey } from '../../src/keys/store/find-api-keys.ts';
import { day, outcome, useWorld, type World } from './support.ts';

let database: Database;
let world: World;
useWorld((opened) => {
  ({ database, world } = opened);
});

test('a deleted key goes with its secrets when its time is over, and no sooner', async () => {
  const { services, root, resolver, clock } = world;
  const { apiKey: gone, key: goneText = '' } = await world.key({});
  const { apiKey: kept } = await world.key({});
  await deleteApiKey(services, root, { id: gone.id, descendants: 'KEEP' });
  expect(await purgeDeletedKeys(services, services.clock.now())).toBe(0);
  clock.advance(undeleteWindowMs - 1);
  expect(await purgeDeletedKeys(services, services.clock.now())).toBe(0);
  expect((await resolver.resolve(goneText)).kind).toBe('REVOKED');
  clock.advance(1);
  expect(await purgeDeletedKeys(services, services.clock.now())).toBe(1);
  expect(await purgeDeletedKeys(services, services.clock.now())).toBe(0);
  expect((await resolver.resolve(goneText)).kind).toBe('UNKNOWN');
  expect(await findApiKey(database.queries, gone.id, 'ALL')).toBeUndefined();
  expect(await database.queries.select().from(apiKeySecret).where(eq(apiKeySecret.apiKeyId, gone.id))).toEqual([]);
  expect(await findApiKey(database.queries, kept.id, 'ALL')).toBeDefined();
  expect(await outcome(undeleteApiKey(services, root, { id: gone.id, keepSecret: true }))).toBe('NOT_FOUND');
  expect((await verifyAudit(database.queries)).kind).toBe('INTACT');
});

test('a purged key hides nothing that came from the key that made it', async () => {
  const { services, root, clock } = world;
  const { id: applicationId } = await world.application();
  const settings = { applicationId, type: 'MANAGEMENT', privileges: [], expiresAt: clock.now() + 300 * day } as const;
  const { apiKey: first } = await world.key(settings);
  const { apiKey: second } = await world.key(settings, world.as(first));
  const { apiKey: third } = await world.key(settings, world.as(second));
  const { apiKey: last } = await world.key(settings, world.as(third));
  for (const { id } of [third, second]) await deleteApiKey(services, root, { id });
  clock.advance(undeleteWindowMs);
  expect(await purgeDeletedKeys(services, services.clock.now())).toBe(2);
  await revokeApiKey(services, root, { id: first.id, descendants: 'REVOKE' });
  expect((await findApiKey(database.queries, last.id, 'ALL'))?.revokedAt).toBe(clock.now());
});

test('an idempotency key is forgotten after 24 hours, and no sooner', async () => {
  const { services, clock } = world;
  const { id: applicationId } = await world.application();
  const create = (idempotencyKey: string) => world.key({ applicationId, idempotencyKey });
  await create('early');
  clock.advance(3_600_000);
  const late = await create('late');
  clock.advance(23 * 3_600_000 - 1);
  expect(await purgeIdempotency(services, services.clock.now())).toBe(0);
  clock.advance(1);
  expect(await purgeIdempotency(services, services.clock.now())).toBe(1);
  expect(await database.queries.$count(idempotency)).toBe(1);
  expect(await create('late')).toMatchObject({ apiKey: { id: late.apiKey.id }, key: undefined });
});

test('idempotency keys are forgotten faster than they come, however many there are', async () => {
  const { services, clock } = world;
  await database.queries.delete(idempotency);
  const at = new Date(clock.now() - day).toISOString();
  await database.queries.execute(sql`INSERT INTO idempotency
      (actor_key_id, mutation, idempotency_key, request_hash, result_id, created_at)
    SELECT gen_random_uuid(), 'createApiKey', i::text, decode(repeat('00', 32), 'hex'), '', ${at}::timestamptz
    FROM generate_series(1, 25000) i`);
  expect(await purgeIdempotency(services, services.clock.now())).toBe(25_000);
  expect(await database.queries.$count(idempotency)).toBe(0);
});
