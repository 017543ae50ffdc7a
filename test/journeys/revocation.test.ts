import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { openTestDatabase } from '../support/test-database.ts';

const environment = {
  KEY_PEPPER: 'ab'.repeat(32),
  PLANS: JSON.stringify({
    TINY: {
      maximumAvailable: 10,
      restoreRate: 1,
      maximumCost: 1,
      inFlight: 5,
      requests: { max: 100, windowMs: 60_000 },
    },
  }),
};
const document = '{ viewer { apiKey { name } } countries(first: 1) { nodes { name } } }';

/** Two servers on one database; of the embedded one there is only ever one. */
let database: Database;
let first: TestApp;
let other: TestApp;
beforeAll(async () => {
  database = await openTestDatabase({ places: true });
  const shared = { ...database, close: async () => {} };
  first = await openTestApp({ environment, overrides: { clock: systemClock, database: shared } });
  other =
    database.kind === 'PGLITE'
      ? first
      : await openTestApp({ environment, overrides: { clock: systemClock, database: shared } });
});
afterAll(async () => {
  await first?.close();
  if (other !== first) await other?.close();
  await database?.close();
});

const manage = async (mutation: string, input: object, selection = 'apiKey { id }') => {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${selection} } }`;
  const { body } = await first.management(first.adminKey, query, { input });
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body.data[mutation];
};

interface Made {
  readonly id: string;
  readonly key: string;
  readonly applicationId: string;
  readonly roleId: string;
  /** The management key that made it. */
  readonly makerId: string;
}

/** A key that works on both servers, from their caches, and everything around it that can be changed. */
async function make(): Promise<Made> {
  const { application } = await manage(
    'createApplication',
    { name: 'Atlas', ownerName: 'Ada', ownerEmail: 'ada@example.com' },
    'application { id }',
  );
  const { role } = await manage(
    'createRole',
    {
      name: `Reader ${application.id}`,
      type: 'API',
      privileges: ['read:Query', 'read:Country', 'read:CountryConnection'],
    },
    'role { id }',
  );
  const maker = await manage(
    'createApiKey',
    {
      applicationId: application.id,
      name: 'maker',
      type: 'MANAGEMENT',
      applicationScope: 'ALL',
      privileges: ['*'],
      grantable: ['*'],
    },
    'key apiKey { id }',
  );
  const { body } = await first.management(
    maker.key,
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { id } } }',
    { input: { applicationId: application.id, name: 'made', privileges: [], roleIds: [role.id] } },
  );
  const { key, apiKey } = body.data.createApiKey;
  for (const server of [first, other]) expect((await server.graphql(key, document)).codes).toEqual([]);
  return { id: apiKey.id, key, applicationId: application.id, roleId: role.id, makerId: maker.apiKey.id };
}

describe('what was changed on one server is in force on every server when the answer is there:', () => {
  it.each<[string, string, (made: Made) => Promise<unknown>]>([
    ['a revoked key', 'API_KEY_REVOKED', ({ id }) => manage('revokeApiKey', { id })],
    ['a disabled key', 'API_KEY_DISABLED', ({ id }) => manage('disableApiKey', { id })],
    ['a deleted key', 'API_KEY_REVOKED', ({ id }) => manage('deleteApiKey', { id })],
    ['a privilege', 'FORBIDDEN', ({ id }) => manage('updateApiKey', { id, addPrivileges: ['!read:Country.name'] })],
    [
      'a restriction',
      'API_KEY_IP_ADDRESS_BLOCKED',
      ({ id }) => manage('updateApiKey', { id, restrictions: { server: { allowedIps: ['198.51.100.1'] } } }),
    ],
    ['the roles of a key', 'FORBIDDEN', ({ id }) => manage('updateApiKey', { id, roleIds: [] })],
    [
      'a role',
      'FORBIDDEN',
      ({ roleId }) => manage('updateRole', { id: roleId, removePrivileges: ['read:Country'] }, 'role { id }'),
    ],
    ['a plan', 'COST_LIMIT_EXCEEDED', ({ id }) => manage('updateApiKey', { id, plan: 'TINY' })],
    ['a throttle', 'COST_LIMIT_EXCEEDED', ({ id }) => manage('updateApiKey', { id, throttle: { maximumCost: 1 } })],
    [
      'a throttle of an application',
      'COST_LIMIT_EXCEEDED',
      ({ applicationId }) =>
        manage('updateApplication', { id: applicationId, throttle: { maximumCost: 1 } }, 'application { id }'),
    ],
    ['a rotation without grace', 'API_KEY_EXPIRED', ({ id }) => manage('rotateApiKey', { id, gracePeriod: 'PT0S' })],
    [
      'a deleted application',
      'API_KEY_REVOKED',
      ({ applicationId }) => manage('deleteApplication', { id: applicationId }, 'application { id }'),
    ],
    [
      'a revoked key with all that it made',
      'API_KEY_REVOKED',
      ({ makerId }) => manage('revokeApiKey', { id: makerId, descendants: 'REVOKE' }),
    ],
    [
      'a deleted key with all that it made',
      'API_KEY_REVOKED',
      ({ makerId }) => manage('deleteApiKey', { id: makerId, descendants: 'REVOKE' }),
    ],
  ])('%s', async (_, code, change) => {
    const made = await make();
    await change(made);
    for (const server of [other, first]) {
      expect((await server.graphql(made.key, document)).codes).toContain(code);
    }
  });
});

describe('the receipt of a revocation', () => {
  const revoke = (id: string) =>
    manage('revokeApiKey', { id }, 'receipt { effectiveAt instancesAcknowledged instancesTotal }');
  const instances = () => (database.kind === 'PGLITE' ? 1 : 2);

  it('counts the servers that could have answered from memory, and those that know', async () => {
    const { id } = await make();
    const before = Date.now();
    const { receipt } = await revoke(id);
    expect(receipt).toMatchObject({ instancesAcknowledged: instances(), instancesTotal: instances() });
    const at = Date.parse(receipt.effectiveAt);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
    // Again: nothing changes, and it is in force as before.
    expect((await revoke(id)).receipt).toMatchObject({ instancesAcknowledged: instances() });
  });

  it('does not wait for a server that died, nor count it, once its lease has lapsed', async () => {
    await database.queries.execute(sql`
      INSERT INTO instance_lease (instance, epoch, expires_at)
      VALUES ('00000000-0000-4000-8000-000000000001', 0, clock_timestamp() - interval '1 second')`);
    const { id } = await make();
    expect((await revoke(id)).receipt).toMatchObject({ instancesTotal: instances() });
  });

  it('waits for a server that does not answer until its lease has lapsed, and says that it did not', async () => {
    if (database.kind === 'PGLITE') return;
    const { id } = await make();
    await database.queries.execute(sql`
      INSERT INTO instance_lease (instance, epoch, expires_at)
      VALUES ('00000000-0000-4000-8000-000000000002', 0, clock_timestamp() + interval '400 milliseconds')`);
    const started = performance.now();
    const { receipt } = await revoke(id);
    expect(receipt).toMatchObject({ instancesAcknowledged: 2, instancesTotal: 3 });
    expect(performance.now() - started).toBeGreaterThan(200);
  });
});
