import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { deleteApiKey } from '../../../src/administration/lifecycle/delete-api-key.ts';
import { revokeApiKey } from '../../../src/administration/lifecycle/revoke-api-key.ts';
import { undeleteApiKey } from '../../../src/administration/lifecycle/undelete-api-key.ts';
import type { Database } from '../../../src/db/database.ts';
import { useWorld, type World } from '../support.ts';

let database: Database;
let world: World;
useWorld((opened) => {
  ({ database, world } = opened);
});

test('a deleted key that is revoked comes back revoked', async () => {
  const { services, root } = world;
  const { apiKey } = await world.key({});
  await deleteApiKey(services, root, { id: apiKey.id });
  await revokeApiKey(services, root, { id: apiKey.id, descendants: 'KEEP' });
  const { apiKey: back, key } = await undeleteApiKey(services, root, { id: apiKey.id, keepSecret: true });
  expect([back.revokedAt, key]).toEqual([world.clock.now(), undefined]);
});

test('a key that made more keys than a statement has parameters can be revoked and deleted', async () => {
  const { services, root } = world;
  const { apiKey: maker } = await world.key({ type: 'MANAGEMENT', privileges: ['read:ApiKey'] });
  const made = 66_000;
  // In parts, each of which a busy server does in the time that a statement has.
  for (let first = 1; first <= made; first += 6_000) {
    await database.queries.execute(sql`INSERT INTO api_key
        (id, public_id, application_id, name, environment, type, privileges, created_at, created_by, updated_at)
      SELECT gen_random_uuid(), lpad(i::text, 12, '0'), ${maker.application.id}::uuid, 'made', 'LIVE', 'API', '{}',
        now(), ${maker.id}::uuid, now()
      FROM generate_series(${first}::int, ${first + 5_999}::int) i`);
  }
  const ending = { id: maker.id, descendants: 'KEEP' } as const;
  expect((await revokeApiKey(services, root, ending)).livingDescendants).toBe(made);
  expect((await deleteApiKey(services, root, ending)).livingDescendants).toBe(made);
});
