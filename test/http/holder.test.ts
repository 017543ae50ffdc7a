import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp();
});
afterAll(() => test.close());

/** Whose the answer is to a query from an address, as the edge tells. */
async function holderOf(path: string, peerAddress: string, key?: string): Promise<string | undefined> {
  let told: string | undefined;
  const tellHolder = (holder: string) => {
    told = holder;
  };
  const headers = { 'Content-Type': 'application/json', ...(key && { Authorization: `Bearer ${key}` }) };
  const init = path === '/graphql' ? { method: 'POST', headers, body: '{"query":"{ viewer { __typename } }"}' } : {};
  await test.fetch(path, init, { peerAddress, repeatedCredentials: false, tellHolder });
  return told;
}

const [here, there] = ['198.51.100.7', '203.0.113.9'];

it('an answer belongs to the key that was proved, wherever it comes from', async () => {
  const holder = await holderOf('/graphql', here, test.demoKey);
  expect(holder).toMatch(/^key \w+$/);
  expect(await holderOf('/graphql', there, test.demoKey)).toBe(holder);
  expect(await holderOf('/graphql', here, test.adminKey)).not.toBe(holder);
  expect(test.demoKey).toContain(holder?.slice('key '.length));
});

it.each([
  ['/graphql', here, undefined, `network ${here}`],
  ['/graphql', here, 'no key', `network ${here}`],
  ['/health/live', there, undefined, `network ${there}`],
  ['/nowhere', `::ffff:${here}`, undefined, `network ${here}`],
  // Of such addresses one client has any number.
  ['/nowhere', '2001:db8:0:7::1', undefined, 'network 2001:db8:0:7::/64'],
])('else to the network of the client: %s from %s with %s', async (path, address, key, holder) => {
  expect(await holderOf(path, address, key)).toBe(holder);
});
