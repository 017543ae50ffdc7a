import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/open-database.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { onServer, urlOf } from '../support/test-templates.ts';

const serverUrl = process.env['TEST_DATABASE_URL'];

describe.skipIf(serverUrl === undefined)('while the database does not answer (needs TEST_DATABASE_URL)', () => {
  const name = `fieldpass_away_${randomUUID().slice(0, 8)}`;
  let proxy: TcpProxy;
  let test: TestApp;
  beforeAll(async () => {
    const server = new URL(serverUrl ?? '');
    await onServer(server.href, (sql) => sql.unsafe(`CREATE DATABASE ${name}`));
    proxy = await startTcpProxy(server.hostname, Number(server.port || 5432));
    const through = new URL(urlOf(server.href, name));
    through.hostname = '127.0.0.1';
    through.port = String(proxy.port);
    const database = await openDatabase({
      url: through.href,
      logger: createLogger('silent'),
      queryTimeoutMs: 500,
      transactionTimeoutMs: 1000,
    });
    test = await openTestApp({ overrides: { clock: systemClock, database } });
  });
  afterAll(async () => {
    proxy.blackHole(false);
    await test?.close();
    await proxy?.close();
    await onServer(serverUrl ?? '', (sql) => sql.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  });

  const create =
    'mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } } }';
  const input = { name: 'Away', ownerName: 'Ada', ownerEmail: 'ada@example.com' };

  it('answers 503 or a coded error, hangs nobody, loses nothing, and is back by itself', async () => {
    expect((await test.management(test.adminKey, create, { input })).codes).toEqual([]);
    expect((await test.fetch('/health/ready')).status).toBe(200);

    proxy.blackHole(true);
    const [mutation, unknownKey, live] = await Promise.all([
      test.management(test.adminKey, create, { input: { ...input, name: 'Half' } }),
      test.graphql(
        'fieldpass_live_000000000000_00000000000000000000000000000000000000',
        '{ viewer { apiKey { name } } }',
      ),
      test.fetch('/health/live'),
    ]);
    expect(mutation.codes).toEqual(['DATABASE_UNAVAILABLE']);
    expect([401, 503]).toContain(unknownKey.status);
    await expect.poll(async () => (await test.fetch('/health/ready')).status, { timeout: 10_000 }).toBe(503);
    expect(live.status).toBe(200);
    // Keys that are cached are believed until the lease ends, and no longer.
    const whoAmI = () => test.management(test.adminKey, '{ viewer { apiKey { name } } }');
    await expect.poll(async () => (await whoAmI()).status, { timeout: 10_000 }).toBe(503);
    const refused = await whoAmI();
    expect(refused.codes).toEqual(['DATABASE_UNAVAILABLE']);
    expect(refused.headers.get('retry-after')).toBe('1');

    proxy.blackHole(false);
    proxy.cut();
    await expect.poll(async () => (await whoAmI()).status, { timeout: 10_000 }).toBe(200);
    const { body } = await test.management(test.adminKey, '{ applications(first: 100) { nodes { name } } }');
    const names = body.data.applications.nodes.map((node: { name: string }) => node.name);
    expect(names).toContain('Away');
    expect(names).not.toContain('Half');
    await expect.poll(async () => (await test.fetch('/health/ready')).status, { timeout: 10_000 }).toBe(200);
  });

  it('loses no secret of a key that was being made: asked again, it is made once, and its text is given once', async () => {
    const { body } = await test.management(test.adminKey, create, { input: { ...input, name: 'Keys' } });
    const applicationId = body.data.createApplication.application.id;
    const createKey =
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { id secrets { status } } } }';
    const wanted = { applicationId, name: 'Once', privileges: [], idempotencyKey: 'once' };
    const make = () => test.management(test.adminKey, createKey, { input: wanted });

    proxy.blackHole(true);
    expect((await make()).codes).toEqual(['DATABASE_UNAVAILABLE']);
    proxy.blackHole(false);
    proxy.cut();
    await expect.poll(async () => (await make()).codes, { timeout: 10_000 }).toEqual([]);

    const list = `{ apiKeys(filter: { applicationId: "${applicationId}" }, first: 10) { nodes { id secrets { status } } } }`;
    const { apiKeys } = (await test.management(test.adminKey, list)).body.data;
    expect(apiKeys.nodes.map(({ secrets }: { secrets: unknown[] }) => secrets)).toEqual([[{ status: 'ACTIVE' }]]);
    const again = (await make()).body.data.createApiKey;
    expect([again.key, again.apiKey.id]).toEqual([null, apiKeys.nodes[0].id]);
    const rotate = 'mutation ($id: ID!) { rotateApiKey(input: { id: $id, gracePeriod: "PT0S" }) { key } }';
    const { key } = (await test.management(test.adminKey, rotate, { id: apiKeys.nodes[0].id })).body.data.rotateApiKey;
    expect((await test.graphql(key, '{ viewer { apiKey { name } } }')).body.data.viewer.apiKey.name).toBe('Once');
  });
});
