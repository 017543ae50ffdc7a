import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { openTestApp } from '../support/test-app.ts';
import { openTestDatabase } from '../support/test-database.ts';

it('a server that ends in order has written everything, also what events of a stream cost', async () => {
  const opened = await openTestDatabase({ places: true });
  const database = Object.assign(Object.create(opened), { close: async () => {} });
  const server = await openTestApp({ overrides: { database } });
  const { key } = await server.createKey(['read:Subscription', 'read:CityChange', 'read:City', 'write:*']);
  const response = await server.fetch('/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', Authorization: `Bearer ${key}` },
    body: JSON.stringify({ query: 'subscription Changes { cityChanged { city { name } } }' }),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const create = 'mutation Create($input: CreateCityInput!) { createCity(input: $input) { city { id } } }';
  for (let number = 0; number < 2; number++) {
    const input = { name: `Usage ${number}`, countryCode: 'CH', latitude: 47, longitude: 8, population: 7 };
    expect((await server.graphql(key, create, { input })).codes).toEqual([]);
    let text = '';
    while (!text.includes('"name"')) text += (await reader?.read())?.value ?? '';
  }
  await reader?.cancel();
  await server.close();

  const rows = await opened.rows(sql`SELECT operation_name, requests, requested_cost, latency_1 FROM usage_minute
    WHERE operation_name IN ('Changes', 'Create') ORDER BY operation_name`);
  // A root field of a subscription costs 10, the change 1 and the city 1: once to open it, and for each event.
  expect(rows).toEqual([
    { operation_name: 'Changes', requests: 1, requested_cost: 36, latency_1: 1 },
    { operation_name: 'Create', requests: 2, requested_cost: 26, latency_1: 2 },
  ]);
  const [used] = await opened.rows<{ keys: number; secrets: number }>(sql`SELECT
    (SELECT count(*) FROM api_key WHERE last_used_at IS NOT NULL) AS keys,
    (SELECT count(*) FROM api_key_secret WHERE last_used_at IS NOT NULL) AS secrets`);
  expect(used).toEqual({ keys: 2, secrets: 2 });
  await opened.close();
}, 60_000);
