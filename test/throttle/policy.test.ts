import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defaultPlans, parsePlans } from '../../src/throttle/plans.ts';
import { policyFor, type ThrottledKey } from '../../src/throttle/policy.ts';

const point = 1_000_000;
const bare = { plan: undefined, throttle: undefined };
const apiKey: ThrottledKey = {
  id: 'k',
  type: 'API',
  applicationScope: 'OWN',
  ...bare,
  application: { id: 'a', ...bare },
};

describe('policyFor', () => {
  test('an API key without a plan is FREE, and its application has no bucket', () => {
    const policy = policyFor(apiKey, defaultPlans);
    expect(policy.buckets).toEqual([
      { id: 'key:k', partition: 'a', capacity: 1000 * point, restoreRate: 50 * point, inFlight: 5, debt: 1000 * point },
    ]);
    expect(policy.windows).toEqual([{ id: 'key:k', partition: 'a', max: 600, windowMs: 60_000 }]);
    expect(policy.maximumCost).toBe(500);
  });

  test.each([
    ['its application has none', undefined, 'FREE'],
    ['that is the one of its application', 'PRO', 'PRO'],
    ['the one of its application is gone', 'GONE', 'FREE'],
  ])('a management key of its own application has a default plan: %s', (_, plan, expected) => {
    const key = { ...apiKey, type: 'MANAGEMENT', application: { ...apiKey.application, plan } } as const;
    expect(policyFor(key, defaultPlans).key).toEqual(defaultPlans.byName.get(expected));
  });

  test('a management key of all applications that has no plan is ENTERPRISE', () => {
    expect(policyFor({ ...apiKey, type: 'MANAGEMENT', applicationScope: 'ALL' }, defaultPlans).key).toEqual({
      maximumAvailable: 20_000,
      restoreRate: 1000,
      maximumCost: 5000,
      inFlight: 100,
      requests: { max: 60_000, windowMs: 60_000 },
    });
  });

  test('a key replaces single numbers of its plan', () => {
    const policy = policyFor({ ...apiKey, plan: 'PRO', throttle: { restoreRate: 7, inFlight: 2 } }, defaultPlans);
    expect(policy.key).toMatchObject({ maximumAvailable: 2000, restoreRate: 7, maximumCost: 1000, inFlight: 2 });
  });

  test('a smaller bucket makes the largest operation smaller', () => {
    expect(policyFor({ ...apiKey, throttle: { maximumAvailable: 20 } }, defaultPlans).maximumCost).toBe(20);
  });

  test('an application with a plan has a bucket, and the smaller maximum counts', () => {
    const policy = policyFor(
      { ...apiKey, plan: 'PRO', application: { id: 'a', plan: 'FREE', throttle: undefined } },
      defaultPlans,
    );
    expect(policy.buckets.map(({ id, partition }) => [id, partition])).toEqual([
      ['key:k', 'a'],
      ['application:a', 'a'],
    ]);
    // What an operation cost more than was reserved is the debt of its key, at most a whole bucket.
    expect(policy.buckets.map(({ debt }) => debt)).toEqual([2000 * point, undefined]);
    expect(policy.windows).toHaveLength(2);
    expect(policy.maximumCost).toBe(500);
  });

  test('a quota stands in the bucket of whoever has it, and no operation may cost more', () => {
    const month = { points: 300, period: 'MONTH' } as const;
    const policy = policyFor(
      { ...apiKey, throttle: { quota: month }, application: { id: 'a', plan: 'PRO', throttle: undefined } },
      defaultPlans,
    );
    expect(policy.buckets.map((bucket) => bucket.quota)).toEqual([{ points: 300 * point, period: 'MONTH' }, undefined]);
    expect(policy.maximumCost).toBe(300);
  });

  test('a plan that no longer exists gives the default of the type', () => {
    expect(policyFor({ ...apiKey, plan: 'GONE' }, defaultPlans).key.maximumAvailable).toBe(1000);
  });
});

describe('parsePlans', () => {
  const team = {
    maximumAvailable: 10,
    restoreRate: 0.5,
    maximumCost: 5,
    inFlight: 1,
    requests: { max: 9, windowMs: 1000 },
  };

  test('adds a plan and replaces one', () => {
    const parsed = parsePlans({ TEAM: team, FREE: { ...team, inFlight: 3 } });
    expect(parsed.kind === 'PLANS' && [...parsed.plans.byName.keys()]).toEqual(['FREE', 'PRO', 'ENTERPRISE', 'TEAM']);
    expect(parsed.kind === 'PLANS' && parsed.plans.byName.get('FREE')?.inFlight).toBe(3);
  });

  test('reads a quota', () => {
    const quota = { points: 5_000_000_000, period: 'MONTH' };
    const parsed = parsePlans({ TEAM: { ...team, quota } });
    expect(parsed.kind === 'PLANS' && parsed.plans.byName.get('TEAM')?.quota).toEqual(quota);
  });

  test.each([
    ['a bad name', { team }, /team/],
    ['no rate', { TEAM: { ...team, restoreRate: 0 } }, /TEAM\.restoreRate/],
    ['an unknown number', { TEAM: { ...team, burst: 1 } }, /burst/],
    ['a maximum above the bucket', { TEAM: { ...team, maximumCost: 11 } }, /TEAM\.maximumCost.*never be spent/],
    ['a quota of weeks', { TEAM: { ...team, quota: { points: 1, period: 'WEEK' } } }, /TEAM\.quota\.period/],
    ['no object', 'FREE', /plans/],
  ])('refuses %s and says where', (_, json, message) => {
    const parsed = parsePlans(json);
    expect(parsed.kind === 'INVALID' && parsed.message).toMatch(message);
  });
});

test('docs/cost.md says what the built-in plans are', () => {
  const page = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');
  const written = (amount: number) => amount.toLocaleString('en-US');
  for (const [name, plan] of defaultPlans.byName) {
    const { maximumAvailable, restoreRate, maximumCost, inFlight, requests } = plan;
    const numbers = [maximumAvailable, restoreRate, maximumCost, inFlight, requests.max].map(written);
    expect(page).toContain(`| \`${name}\` | ${numbers.join(' | ')} |`);
    expect(requests.windowMs).toBe(60_000);
  }
});
