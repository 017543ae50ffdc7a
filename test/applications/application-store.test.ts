import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApplication } from '../../src/administration/applications/create-application.ts';
import type { ApplicationDetails } from '../../src/applications/application-details.ts';
import {
  type ApplicationFilter,
  countApplications,
  findApplication,
  findApplications,
  listApplications,
} from '../../src/applications/application-store.ts';
import type { Database } from '../../src/db/database.ts';
import type { KeysetRequest } from '../../src/db/keyset-page.ts';
import { namedPlace } from '../../src/keys/store/named-order.ts';
import type { Visibility } from '../../src/keys/store/visibility.ts';
import { openWorld, type World } from '../administration/support.ts';
import { openTestDatabase } from '../support/test-database.ts';

let database: Database;
let world: World;
const made: ApplicationDetails[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openWorld(database);
  for (const [index, name] of ['delta', 'Alpha', 'charlie', 'Alpha'].entries()) {
    world.clock.advance(1);
    const owner = { ownerName: `Owner ${index % 2}`, ownerEmail: `owner${index}@example.com`, externalId: `x${index}` };
    made.push(await createApplication(world.services, world.root, { name, ...owner }));
  }
});
afterAll(async () => {
  await world.resolver.close();
  await database.close();
});

const whole: KeysetRequest = { after: undefined, before: undefined, limit: 50, backward: false };
const byName = { field: 'NAME', direction: 'ASC' } as const;

const list = (filter: ApplicationFilter, visibility: Visibility, request = whole) =>
  listApplications(database.queries, { filter, visibility }, byName, request);

describe('applications', () => {
  test('are listed by name in code point order, equal names by id', async () => {
    const rows = await list({}, 'ALL');
    expect(rows.map(({ name }) => name)).toEqual(['Administration', 'Alpha', 'Alpha', 'charlie', 'delta']);
    expect(rows[1]?.id).toBe(made[1]?.id);
    const last = rows[2];
    const after = last && { key: namedPlace(last, 'NAME'), inclusive: false };
    const rest = await list({}, 'ALL', { ...whole, after });
    expect(rest.map(({ name }) => name)).toEqual(['charlie', 'delta']);
    const back = await list({}, 'ALL', { ...whole, before: after, backward: true, limit: 1 });
    expect(back.map(({ id }) => id)).toEqual([made[1]?.id]);
  });

  test.each<[ApplicationFilter, number]>([
    [{ name: 'Alpha' }, 2],
    [{ ownerName: 'Owner 1' }, 2],
    [{ ownerEmail: 'owner2@example.com' }, 1],
    [{ externalId: 'x3' }, 1],
    [{ name: 'Alpha', externalId: 'x3' }, 1],
    [{ status: 'DISABLED' }, 0],
  ])('are found by %j', async (filter, count) => {
    expect(await list(filter, 'ALL')).toHaveLength(count);
    expect(await countApplications(database.queries, { filter, visibility: 'ALL' })).toBe(count);
  });

  test('of others are not there for whoever may not see them', async () => {
    const [mine, theirs] = made;
    if (!mine || !theirs) throw new Error('no applications were made');
    const visibility = { applicationId: mine.id };
    expect(await findApplication(database.queries, theirs.id, visibility)).toBeUndefined();
    expect(await findApplications(database.queries, [mine.id, theirs.id], visibility)).toEqual([mine]);
    expect(await list({}, visibility)).toEqual([mine]);
    expect(await countApplications(database.queries, { filter: {}, visibility })).toBe(1);
  });
});
