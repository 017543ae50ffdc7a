import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseUnavailable } from '../../../src/db/database-error.ts';
import { mostOfOneOperation } from '../../../src/db/turn.ts';
import { DeadlineExceeded } from '../../../src/kernel/deadline.ts';
import { type GatedDatabase, openGatedDatabase } from '../../support/gated-database.ts';
import { openTestApp, type TestApp } from '../../support/test-app.ts';
import { onEmbeddedOnly } from '../../support/test-templates.ts';

const aliases = (count: number, field: string): string =>
  `{ ${Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ')} }`;
const near = 'citiesNear(latitude: 48.85, longitude: 2.35, radiusKm: 100, first: 1) { name }';
const privileges = ['read:Query', 'read:City', 'read:Country', 'read:Location'];
const throttle = { maximumAvailable: 100_000, restoreRate: 1, maximumCost: 100_000, inFlight: 50 };

/** Which statements are under way is a matter of steps here, not of time: nothing moves while the gate is shut. */
describe.runIf(onEmbeddedOnly)('the statements of one operation', () => {
  let gate: GatedDatabase;
  let test: TestApp;
  let crowd: string;
  let other: string;

  beforeAll(async () => {
    gate = await openGatedDatabase({ max: 10, mostOfOne: 8 });
    test = await openTestApp({ overrides: { database: gate.database } });
    crowd = (await test.createKey(privileges, { throttle })).key;
    other = (await keyOfAnother()).key;
    for (const key of [crowd, other]) await test.graphql(key, '{ viewer { apiKey { id } } }');
  });
  beforeEach(() => gate.open());
  afterAll(() => test.close());

  async function keyOfAnother(): Promise<{ key: string }> {
    const application = await test.management(
      test.adminKey,
      `mutation { createApplication(input: { name: "Other", ownerName: "Bob", ownerEmail: "bob@example.com" }) {
        application { id } } }`,
    );
    const { id } = application.body.data.createApplication.application;
    return test.createKey(privileges, { applicationId: id, throttle });
  }

  it('are at most eight at once, of two hundred fields', async () => {
    gate.close();
    const before = gate.passed;
    const running = test.graphql(crowd, aliases(200, near));
    let done = false;
    void running.then(() => {
      done = true;
    });
    await expect.poll(() => gate.waiting.length).toBe(mostOfOneOperation);
    while (!done) {
      await expect.poll(() => done || gate.waiting.length > 0, { interval: 1 }).toBe(true);
      expect(gate.waiting.length).toBeLessThanOrEqual(mostOfOneOperation);
      gate.waiting[0]?.pass();
    }
    const { body } = await running;
    expect(body.errors).toBeUndefined();
    expect(Object.keys(body.data)).toHaveLength(200);
    expect(gate.passed - before).toBeGreaterThanOrEqual(200);
    expect(gate.most).toBe(mostOfOneOperation);
  });

  it('count when loaders ask: nested fields, batches and totals', async () => {
    gate.close();
    const nested = `{ countries(first: 20) { nodes { cities(first: 1) { totalCount nodes { country { name } nearby(radiusKm: 5) { name } editorNotes } } } } }`;
    const running = test.graphql(crowd, nested);
    let done = false;
    void running.then(() => {
      done = true;
    });
    while (!done) {
      await expect.poll(() => done || gate.waiting.length > 0, { interval: 1 }).toBe(true);
      expect(gate.waiting.length).toBeLessThanOrEqual(mostOfOneOperation);
      gate.waiting[0]?.pass();
    }
    expect((await running).body.errors).toBeUndefined();
  });

  it('leave another application a connection, and its turn when there is none', async () => {
    gate.close();
    const running = [0, 1, 2].map(() => test.graphql(crowd, aliases(50, near)));
    // Three operations of one application, and no more than its share is under way.
    await expect.poll(() => gate.waiting.length).toBe(8);
    const small = test.graphql(other, '{ cities(first: 1) { nodes { name } } }');
    await expect.poll(() => gate.waiting.length).toBe(9);
    gate.waiting[8]?.pass();
    expect((await small).body.data.cities.nodes).toHaveLength(1);
    gate.open();
    for (const { body } of await Promise.all(running)) expect(body.errors).toBeUndefined();
  });

  it('that the database did not get done with are paid for, and those that found no database are not', async () => {
    const query = aliases(5, 'citiesNear(latitude: 48.85, longitude: 2.35, radiusKm: 100, first: 50) { name }');
    const failWith = async (error: Error) => {
      gate.close();
      const running = test.graphql(crowd, query);
      await expect.poll(() => gate.waiting.length).toBe(5);
      for (const statement of [...gate.waiting]) statement.fail(error);
      const { body, codes } = await running;
      expect(new Set(codes)).toEqual(new Set(['DATABASE_UNAVAILABLE']));
      return body.extensions.cost;
    };
    const overloaded = await failWith(new DeadlineExceeded('No database connection became free within 5000 ms'));
    expect(overloaded.actualQueryCost).toBe(overloaded.requestedQueryCost);
    const gone = await failWith(new DatabaseUnavailable('The connection to the database failed (ECONNREFUSED)'));
    expect(gone.actualQueryCost).toBeLessThan(gone.requestedQueryCost / 2);
  });

  it('that wait do not hold up who looks a key up, and who ends one', async () => {
    gate.close();
    const running = [0, 1, 2].map(() => test.graphql(crowd, aliases(50, near)));
    const more = test.graphql(other, aliases(50, near));
    await expect.poll(() => gate.waiting.length).toBe(10);
    const fresh = await test.createKey(privileges);
    expect((await test.graphql(fresh.key, '{ viewer { apiKey { id } } }')).status).toBe(200);
    const { body } = await test.management(
      test.adminKey,
      'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id status } receipt { effectiveAt } } }',
      { id: fresh.id },
    );
    expect(body.data.revokeApiKey.apiKey.status).toBe('REVOKED');
    expect((await test.graphql(fresh.key, '{ viewer { apiKey { id } } }')).codes).toEqual(['API_KEY_REVOKED']);
    expect(gate.waiting).toHaveLength(10);
    gate.open();
    await Promise.all([...running, more]);
  });
});

/** The one connection of the embedded database is held by one statement after the other; who comes meanwhile waits for one. */
describe.runIf(onEmbeddedOnly)('on the one connection of the embedded database', () => {
  let gate: GatedDatabase;
  let test: TestApp;

  beforeAll(async () => {
    gate = await openGatedDatabase('EMBEDDED');
    test = await openTestApp({ overrides: { database: gate.database } });
  });
  afterAll(() => test.close());

  it('an operation of two hundred statements is passed by key look-ups, revocations and the statements of others', async () => {
    const busy = await test.createKey(privileges, { throttle });
    const fresh = await test.createKey(privileges, { throttle });
    await test.graphql(busy.key, '{ viewer { apiKey { id } } }');
    gate.close();
    const running = test.graphql(busy.key, aliases(200, near));
    await expect.poll(() => gate.waiting.length).toBe(1);

    /** How many of the two hundred pass until the answer is there. */
    async function passedUntil(asked: Promise<unknown>): Promise<number> {
      const before = gate.passed;
      let answered = false;
      void asked.then(() => {
        answered = true;
      });
      while (!answered) {
        await expect.poll(() => answered || gate.waiting.length > 0, { interval: 1 }).toBe(true);
        // Whatever can go on without another one of them does so first.
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        if (!answered) gate.waiting[0]?.pass();
      }
      return gate.passed - before;
    }

    const looked = test.graphql(fresh.key, '{ viewer { apiKey { id } } }');
    expect(await passedUntil(looked)).toBeLessThan(20);
    const small = test.graphql(fresh.key, '{ cities(first: 1) { nodes { name } } }');
    expect(await passedUntil(small)).toBeLessThan(20);
    const revoked = test.management(
      test.adminKey,
      'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id status } receipt { effectiveAt } } }',
      { id: busy.id },
    );
    expect(await passedUntil(revoked)).toBeLessThan(20);
    expect((await revoked).body.data.revokeApiKey.apiKey.status).toBe('REVOKED');
    gate.open();
    expect((await running).body.errors).toBeUndefined();
  });
});
