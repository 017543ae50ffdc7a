import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../../../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  const team = {
    maximumAvailable: 300,
    restoreRate: 0.5,
    maximumCost: 200,
    inFlight: 2,
    requests: { max: 9, windowMs: 90_000 },
    quota: { points: 1e9, period: 'MONTH' },
  };
  test = await openTestApp({ environment: { PLANS: JSON.stringify({ TEAM: team }) } });
});
afterAll(() => test.close());

const document = `{ plans { name maximumAvailable restoreRate maximumCost inFlight requests { max window }
  quota { points period } } }`;

describe('plans', () => {
  it('are those that are built in and those of the configuration, with their numbers', async () => {
    const { body } = await test.management(test.adminKey, document);
    expect(body.data.plans).toEqual([
      plan('FREE', 1000, 50, 500, 5, 600),
      plan('PRO', 2000, 100, 1000, 20, 3000),
      plan('ENTERPRISE', 20_000, 1000, 5000, 100, 60_000),
      {
        ...plan('TEAM', 300, 0.5, 200, 2, 9),
        requests: { max: 9, window: 'PT1M30S' },
        quota: { points: 1e9, period: 'MONTH' },
      },
    ]);
  });

  it('need privileges of their own', async () => {
    const { key } = await test.createKey(['read:Plan.name'], { type: 'MANAGEMENT' });
    expect((await test.management(key, '{ plans { name } }')).codes).toEqual(['FORBIDDEN']);
    const { key: reader } = await test.createKey(['read:Query.plans', 'read:Plan.name'], { type: 'MANAGEMENT' });
    expect((await test.management(reader, '{ plans { name } }')).codes).toEqual([]);
  });
});

function plan(
  name: string,
  maximumAvailable: number,
  restoreRate: number,
  maximumCost: number,
  inFlight: number,
  perMinute: number,
) {
  const requests = { max: perMinute, window: 'PT1M' };
  return { name, maximumAvailable, restoreRate, maximumCost, inFlight, requests, quota: null };
}
