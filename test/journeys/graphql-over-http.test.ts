import { auditServer, serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Addresses } from '../../src/compose/open-listeners.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

/** The audits of graphql-http (GraphQL over HTTP, working draft), each of which sends a request or some. */
let test: TestApp;
let addresses: Addresses;
beforeAll(async () => {
  test = await openTestApp({ overrides: { clock: systemClock } });
  addresses = await test.app.listen();
});
afterAll(() => test.close());

const throttle = { maximumAvailable: 5000, restoreRate: 1000, maximumCost: 500, inFlight: 100 };

/** Keys whose answers differ in form, not in what HTTP says of them. */
const keys: Readonly<Record<string, () => Promise<string>>> = {
  'may do everything': async () => (await test.createKey(['*'], { throttle })).key,
  'hides what it may not do': async () => (await test.createKey(['read:Query'], { throttle, onDenied: 'HIDE' })).key,
  'may do nearly nothing': async () => (await test.createKey(['read:Query.viewer'], { throttle })).key,
  'manages keys': async () => test.adminKey,
  'manages keys, and hides what it may not do': () => manager({ privileges: ['read:Query'], onDenied: 'HIDE' }),
  'manages nearly nothing': () => manager({ privileges: ['read:Query.viewer'] }),
};

async function manager(input: object): Promise<string> {
  return (await test.createKey([], { type: 'MANAGEMENT', throttle, ...input })).key;
}

it.each(Object.entries(keys))('a surface answers as the standard says to a key that %s', async (name, makeKey) => {
  const key = await makeKey();
  const url = name.includes('manages') ? addresses.management : addresses.api;
  const fetchFn: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('X-API-Key', key);
    return fetch(input, { ...init, headers });
  };
  const results = await auditServer({ url, fetchFn });
  expect(results.filter(({ status }) => status !== 'ok').map((found) => `${found.status}: ${found.name}`)).toEqual([]);
  expect(results).toHaveLength(serverAudits({ url }).length);
  expect(results).toHaveLength(61);
});
