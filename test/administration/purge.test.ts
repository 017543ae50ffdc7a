import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deleteApiKey, undeleteWindowMs } from '../../src/administration/lifecycle/delete-api-key.ts';
import { undeleteApiKey } from '../../src/administration/lifecycle/undelete-api-key.ts';
import { purgeDeletedKeys } from '../../src/administration/purge/purge-deleted-keys.ts';
import { purgeIdempotency } from '../../src/administration/purge/purge-idempotency.ts';
import { verifyAudit } from '../../src/audit/verify-audit.ts';
import type { Database } from '../../src/db/database.ts';
import { apiKeySecret, idempotency } from '../../src/db/schema/index.ts';
import { findApiKey } from '../../src/keys/store/find-api-keys.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { openWorld, outcome, type World } from './support.ts';

let database: Database;
let world: World;
beforeAll(async () => {
  database = await openTestDatabase();
  world = await openWorld(database);
});
afterAll(async () => {
  await world.resolver.close();
  await database.close();
});

test('a deleted key goes with its secrets when its time is over, and no sooner', async () => {
  const { services, root, resolver, clock } = world;
  const { apiKey: gone, key: goneText = '' } = await world.key({});
  const { apiKey: kept } = await world.key({});
  await deleteApiKey(services, root, { id: gone.id, descendants: 'KEEP' });
  expect(await purgeDeletedKeys(services)).toBe(0);
  clock.advance(undeleteWindowMs - 1);
  expect(await purgeDeletedKeys(services)).toBe(0);
  expect((await resolver.resolve(goneText)).kind).toBe('REVOKED');
  clock.advance(1);
  expect(await purgeDeletedKeys(services)).toBe(1);
  expect(await purgeDeletedKeys(services)).toBe(0);
  expect((await resolver.resolve(goneText)).kind).toBe('UNKNOWN');
  expect(await findApiKey(database.queries, gone.id, 'ALL')).toBeUndefined();
  expect(await database.queries.select().from(apiKeySecret).where(eq(apiKeySecret.apiKeyId, gone.id))).toEqual([]);
  expect(await findApiKey(database.queries, kept.id, 'ALL')).toBeDefined();
  expect(await outcome(undeleteApiKey(services, root, { id: gone.id, keepSecret: true }))).toBe('NOT_FOUND');
  expect((await verifyAudit(database.queries)).kind).toBe('INTACT');
});

test('an idempotency key is forgotten after 24 hours, and no sooner', async () => {
  const { services, clock } = world;
  const { id: applicationId } = await world.application();
  const create = (idempotencyKey: string) => world.key({ applicationId, idempotencyKey });
  await create('early');
  clock.advance(3_600_000);
  const late = await create('late');
  clock.advance(23 * 3_600_000 - 1);
  expect(await purgeIdempotency(services)).toBe(0);
  clock.advance(1);
  expect(await purgeIdempotency(services)).toBe(1);
  expect(await database.queries.$count(idempotency)).toBe(1);
  expect(await create('late')).toMatchObject({ apiKey: { id: late.apiKey.id }, key: undefined });
});
