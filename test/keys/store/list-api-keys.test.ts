import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { disableApiKey } from '../../../src/administration/lifecycle/disable-api-key.ts';
import { revokeApiKey } from '../../../src/administration/lifecycle/revoke-api-key.ts';
import type { Database } from '../../../src/db/database.ts';
import type { Direction, KeysetBound, KeysetRequest } from '../../../src/db/keyset-page.ts';
import { statusOf } from '../../../src/keys/status.ts';
import type { ApiKeyDetails } from '../../../src/keys/store/api-key-details.ts';
import { type ApiKeyFilter, countApiKeys, listApiKeys } from '../../../src/keys/store/list-api-keys.ts';
import { type NamedOrder, namedPlace } from '../../../src/keys/store/named-order.ts';
import { openWorld, type World } from '../../administration/support.ts';
import { openTestDatabase } from '../../support/test-database.ts';

let database: Database;
let world: World;
let applicationId: string;
let keys: readonly ApiKeyDetails[];

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openWorld(database);
  applicationId = (await world.application()).id;
  const now = world.clock.now();
  const made: ApiKeyDetails[] = [];
  const names = ['delta', 'alpha', 'Zulu', 'alpha', 'ünder', 'bravo', 'alpha'];
  for (const [index, name] of names.entries()) {
    if (index % 2 === 0) world.clock.advance(1);
    made.push((await world.key({ applicationId, name, externalId: `x${index}` })).apiKey);
  }
  const pending = await world.key({ applicationId, name: 'pending', notBefore: now + 1_000_000 });
  const expired = await world.key({ applicationId, name: 'expired', expiresAt: world.clock.now() + 1 });
  const disabled = await world.key({ applicationId, name: 'disabled', environment: 'TEST' });
  const revoked = await world.key({ applicationId, name: 'revoked' });
  await disableApiKey(world.services, world.root, { id: disabled.apiKey.id });
  await revokeApiKey(world.services, world.root, { id: revoked.apiKey.id, descendants: 'KEEP' });
  world.clock.advance(10);
  keys = [...made, pending.apiKey, expired.apiKey, disabled.apiKey, revoked.apiKey];
});
afterAll(async () => {
  await world.resolver.close();
  await database.close();
});

const selection = (filter: ApiKeyFilter = {}) => ({
  filter: { applicationId, ...filter },
  visibility: 'ALL' as const,
  now: world.clock.now(),
});

const whole: KeysetRequest = { after: undefined, before: undefined, limit: 50, backward: false };

function inOrder(field: NamedOrder['field'], direction: Direction): string[] {
  const compare = (left: ApiKeyDetails, right: ApiKeyDetails): number => {
    const others = namedPlace(right, field);
    for (const [index, value] of namedPlace(left, field).entries()) {
      const other = others[index] ?? value;
      if (value !== other) return value < other ? -1 : 1;
    }
    return 0;
  };
  const sorted = keys.toSorted(compare).map(({ id }) => id);
  return direction === 'ASC' ? sorted : sorted.toReversed();
}

describe('a list of keys', () => {
  const orders = (['ID', 'NAME', 'CREATED_AT'] as const).flatMap((field) =>
    (['ASC', 'DESC'] as const).map((direction) => ({ field, direction })),
  );

  test.each(orders)('in order of $field $direction gives every key once, from either end', async (order) => {
    const expected = inOrder(order.field, order.direction);
    for (const backward of [false, true]) {
      const seen: string[] = [];
      let edge: KeysetBound | undefined;
      for (;;) {
        const bounds = backward ? { after: undefined, before: edge } : { after: edge, before: undefined };
        const rows = await listApiKeys(database.queries, selection(), order, { ...bounds, limit: 3, backward });
        seen.push(...rows.map(({ id }) => id));
        const last = rows.at(-1);
        if (!last) break;
        edge = { key: namedPlace(last, order.field), inclusive: false };
      }
      expect(seen).toEqual(backward ? expected.toReversed() : expected);
    }
  });

  test('between two places gives what lies between them, with or without its bounds', async () => {
    const order = { field: 'NAME', direction: 'ASC' } as const;
    const all = await listApiKeys(database.queries, selection(), order, whole);
    const between = async (inclusive: boolean) => {
      const place = (index: number) => {
        const key = all[index];
        return key && { key: namedPlace(key, 'NAME'), inclusive };
      };
      const rows = await listApiKeys(database.queries, selection(), order, {
        ...whole,
        after: place(1),
        before: place(5),
      });
      return rows.map(({ id }) => id);
    };
    const ids = all.map(({ id }) => id);
    expect(await between(false)).toEqual(ids.slice(2, 5));
    expect(await between(true)).toEqual(ids.slice(1, 6));
  });

  test.each<[string, ApiKeyFilter, (key: ApiKeyDetails) => boolean]>([
    ['name', { name: 'alpha' }, (key) => key.name === 'alpha'],
    ['external id', { externalId: 'x2' }, (key) => key.externalId === 'x2'],
    ['environment', { environment: 'TEST' }, (key) => key.environment === 'TEST'],
    ['type', { type: 'MANAGEMENT' }, () => false],
    ['creator', { createdBy: '0190a1b2-0000-7000-8000-000000000001' }, () => false],
    ['two things at once', { name: 'alpha', externalId: 'x3' }, (key) => key.externalId === 'x3'],
  ])('can be filtered by %s', async (_, filter, matches) => {
    const rows = await listApiKeys(database.queries, selection(filter), { field: 'ID', direction: 'ASC' }, whole);
    const expected = keys.filter(matches).map(({ id }) => id);
    expect(rows.map(({ id }) => id)).toEqual(expected.toSorted());
    expect(await countApiKeys(database.queries, selection(filter))).toBe(expected.length);
  });

  test.each(['PENDING', 'ACTIVE', 'DISABLED', 'EXPIRED', 'REVOKED', 'DELETED'] as const)(
    'filtered by status %s agrees with the status of each key',
    async (status) => {
      const order = { field: 'ID', direction: 'ASC' } as const;
      const all = await listApiKeys(database.queries, selection(), order, whole);
      const some = await listApiKeys(database.queries, selection({ status }), order, whole);
      const expected = all.filter((key) => statusOf(key, world.clock.now()) === status);
      expect(some).toEqual(expected);
      if (status !== 'DELETED') expect(expected.length).toBeGreaterThan(0);
    },
  );

  test('holds nothing of other applications for whoever may not see them', async () => {
    const other = await world.key({});
    const visibility = { applicationId: other.apiKey.application.id };
    const order = { field: 'ID', direction: 'ASC' } as const;
    const mine = { filter: {}, visibility, now: world.clock.now() };
    const rows = await listApiKeys(database.queries, mine, order, whole);
    expect(rows.map(({ id }) => id)).toEqual([other.apiKey.id]);
    expect(await countApiKeys(database.queries, mine)).toBe(1);
    expect(await countApiKeys(database.queries, { ...selection(), visibility })).toBe(0);
  });
});
