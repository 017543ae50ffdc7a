import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readyResponse } from '../../src/http/health.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { openTestDatabase } from '../support/test-database.ts';

describe('readiness', () => {
  let test: TestApp;
  let looks = 0;
  beforeAll(async () => {
    const real = await openTestDatabase();
    const database = {
      ...real,
      ready: () => {
        looks++;
        return real.ready();
      },
    };
    test = await openTestApp({ overrides: { database } });
  });
  afterAll(() => test?.close());

  it('asks the database once a second, however many ask for it, and by whatever path', async () => {
    looks = 0;
    const ask = async () =>
      await Promise.all(
        Array.from({ length: 200 }, (_, index) => test.fetch(index % 2 === 0 ? '/health/ready' : '/readyz')),
      );
    for (const { status } of [...(await ask()), ...(await ask())]) expect(status).toBe(200);
    expect(looks).toBe(1);
    test.clock.advance(1000);
    for (const { status } of await ask()) expect(status).toBe(200);
    expect(looks).toBe(2);
  });

  it('ends at once when the server drains, whatever the database is still asked', async () => {
    let draining = false;
    let answer = (_ready: boolean): void => {};
    const asked = new Promise<boolean>((resolve) => {
      answer = resolve;
    });
    const readiness = { databaseReady: () => asked, clockAgrees: () => true, draining: () => draining };
    const waiting = readyResponse(readiness);
    draining = true;
    answer(true);
    for (const response of [await waiting, await readyResponse(readiness)]) {
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ reason: 'draining', code: 'SERVICE_UNAVAILABLE' });
    }
  });
});
