import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const page = readFileSync(new URL('../../docs/usage.md', import.meta.url), 'utf8');
const queries = [...page.matchAll(/```graphql\n(.*?)```/gs)].map(([, query = '']) => query);
let server: TestApp;

beforeAll(async () => {
  server = await openTestApp();
}, 60_000);
afterAll(() => server.close());

it('every query of the page is answered', async () => {
  const { body } = await server.management(server.adminKey, '{ viewer { apiKey { id } application { id } } }');
  const { apiKey, application } = body.data.viewer;
  expect(queries.length).toBeGreaterThanOrEqual(5);
  for (const query of queries) {
    const id = query.includes('applicationId: $id') ? application.id : apiKey.id;
    const answer = await server.management(server.adminKey, query, { id, requestId: 'none' });
    expect(answer.body.errors, query).toBeUndefined();
  }
});
