import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { formatToken, generateToken } from '../../src/keys/token/key-token.ts';
import { headOf, rawRequest } from '../support/raw-request.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { openTestDatabase } from '../support/test-database.ts';

const token = 'a-token-for-prometheus';
const child = `fieldpass_child_${randomBytes(30).toString('base64url')}`;
const imported = `legacy_${randomBytes(24).toString('hex')}`;
/** Each is planted everywhere; none of them is known to the server. */
const keys = [
  formatToken(generateToken('fieldpass', 'LIVE', (size) => new Uint8Array(randomBytes(size)))),
  formatToken(generateToken('fieldpass', 'TEST', (size) => new Uint8Array(randomBytes(size)))).toUpperCase(),
  child,
  imported,
];

let database: Database;
let test: TestApp;
let port: number;
let working: string;
const answers: string[] = [];

beforeAll(async () => {
  database = await openTestDatabase({ places: true });
  test = await openTestApp({
    environment: {
      METRICS_TOKEN: token,
      KEY_IMPORT_PREFIXES: 'legacy_',
      ACCESS_LOG: 'all',
      WEBHOOK_URL: 'http://127.0.0.1:9/',
      WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
    },
    // Outlives the app, to be read when everything is written.
    overrides: { database: { ...database, close: async () => {} } },
  });
  port = Number(new URL((await test.app.listen()).api).port);
  working = (await test.createKey(['*'])).key;
});
afterAll(() => database.close());

async function post(path: string, headers: Record<string, string>, body: unknown): Promise<void> {
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
  const response = await test.fetch(path, init);
  answers.push(await response.text(), ...[...response.headers].flat());
}

/** What a GraphQL name can hold of a key: imported ones may have other characters. */
const asName = (key: string) => `q_${key.replaceAll(/[^0-9A-Za-z_]/g, '_')}`;

async function plant(key: string): Promise<void> {
  const name = asName(key);
  const named = { 'X-API-Key': working };
  const operation = `query ${name} { viewer { apiKey { name } } }`;
  // Headers.
  for (const family of ['GraphQL-Client', 'Apollographql-Client', 'X-GraphQL-Client']) {
    for (const text of [key, `app ${key} 1.0`, encodeURIComponent(encodeURIComponent(key)).replaceAll('_', '%255F')])
      await post('/graphql', { ...named, [`${family}-Name`]: text, [`${family}-Version`]: text }, { query: operation });
  }
  for (const header of [
    'X-Request-Id',
    'User-Agent',
    'Referer',
    'Origin',
    'X-Forwarded-For',
    'traceparent',
    'baggage',
    'Accept',
    'Content-Type',
    'GraphQL-Cost',
    'Cookie',
    'X-Android-Package',
    'Authorization',
  ])
    await post('/graphql', { ...named, [header]: key }, { query: operation });
  await post('/graphql', { 'X-API-Key': key }, { query: operation });
  await post('/graphql', { ...named, 'X-Request-Id': `trace-${key}` }, { query: '{ nothing }' });
  // Cut by as much as can be computed, or with what nobody sees in it.
  for (const text of [
    key.slice(0, -6),
    ...(/_(live|test)_/i.test(key) ? [key.slice(1)] : []),
    `${key.slice(0, 9)}\x85${key.slice(9)}`,
    `${key.slice(0, 7)}\t${key.slice(7)}`,
  ]) {
    const body = JSON.stringify({ query: operation });
    for (const header of ['X-Request-Id', 'GraphQL-Client-Name', 'GraphQL-Client-Version']) {
      const head = `POST /graphql HTTP/1.1|Host: a|X-API-Key: ${working}|Content-Type: application/json|Content-Length: ${body.length}|Connection: close|${header}: ${text}||`;
      answers.push((await rawRequest(port, head.replaceAll('|', '\r\n') + body)).text);
    }
  }
  // Documents: what runs, what is no GraphQL, what does not fit.
  for (const query of [
    operation,
    `query A($${name}: String!) { country(code: $${name}) { name } }`,
    `query B { ...${name} } fragment ${name} on Query { __typename }`,
    `query C { ${name}: viewer { apiKey { name } } }`,
    `# ${key}\nquery D { country(code: "${key}") { name } }`,
    `query E { ${name} }`,
    `query F { country(${name}: 1) { name } }`,
    `query G { viewer @${name} { apiKey { name } } }`,
    `query H { ...on ${name} { a } }`,
    `query I($a: ${name}) { __typename }`,
    `query J { country(code: ${name}) { name } }`,
    `query K { viewer { ${name} `,
    `${name}`,
    `"${key}`,
    `query L { ...${name} }`,
    `mutation ${name} { deleteCity(input: { id: "${key}" }) { __typename } }`,
  ]) {
    await post('/graphql', named, { query, variables: { [name]: key } });
    await post('/graphql', named, { query, operationName: name });
  }
  for (const more of [
    { [name]: key },
    { documentId: key },
    { extensions: { [name]: key } },
    { variables: key },
    { operationName: key },
  ])
    await post('/graphql', named, { query: '{ __typename }', ...more });
  await post('/graphql', named, key);
  // The URL and what is no HTTP.
  for (const target of [`/${key}`, `/graphql?query=${key}`, `/graphql?a=${key.replaceAll('_', '%25255f')}`]) {
    answers.push((await rawRequest(port, headOf(`GET ${target} HTTP/1.1`, 'Host: a'))).text);
  }
  answers.push((await rawRequest(port, headOf('GET /graphql HTTP/1.1', `Host: ${key}/x`))).text);
  answers.push((await rawRequest(port, `${key} / HTTP/1.1\r\n${key}\r\n\r\n`)).text);
}

/** What an administrator writes. */
async function administer(key: string): Promise<void> {
  const name = asName(key);
  const manage = async (query: string, input: object) => {
    const { body } = await test.management(test.adminKey, query, { input });
    answers.push(JSON.stringify(body));
    return body.data;
  };
  const texts = { name: `of ${key}`, note: key, metadata: { [key]: [key, { deep: key }] } };
  const made = await manage(
    'mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { id name note metadata } } }',
    { ...texts, ownerName: key, ownerEmail: 'ada@example.com' },
  );
  for (const more of [{ externalId: `x-${key}` }, { ownerEmail: `${key}@example.com` }, { plan: key }])
    await manage(
      'mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } } }',
      {
        ...texts,
        ownerName: 'Ada',
        ownerEmail: 'ada@example.com',
        ...more,
      },
    );
  const applicationId = made.createApplication.application.id;
  await manage(
    'mutation ($input: UpdateApplicationInput!) { updateApplication(input: $input) { application { id name } } }',
    { id: applicationId, ownerName: `again ${key}` },
  );
  const created = await manage(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id name note metadata } } }',
    { ...texts, applicationId, privileges: ['read:Query'] },
  );
  expect(created.createApiKey.apiKey).toMatchObject({ name: 'of redacted_key', note: 'redacted_key' });
  const { id } = created.createApiKey.apiKey;
  await manage('mutation ($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { apiKey { name } } }', {
    id,
    name: key,
  });
  await manage('mutation ($input: DisableApiKeyInput!) { disableApiKey(input: $input) { apiKey { id } } }', {
    id,
    reason: `found ${key}`,
  });
  await manage('mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { id } } }', {
    id,
    reason: key,
  });
  await manage('mutation ($input: CreateRoleInput!) { createRole(input: $input) { role { name note } } }', {
    name: key,
    type: 'API',
    privileges: ['read:Query'],
    note: key,
  });
  await manage('mutation ($input: CreateRoleInput!) { createRole(input: $input) { role { name } } }', {
    name: 'n',
    type: 'API',
    privileges: [`read:${name}`],
    idempotencyKey: key,
  });
  await manage('mutation ($input: RegisterDocumentsInput!) { registerDocuments(input: $input) { __typename } }', {
    applicationId,
    documents: [`query ${name} { __typename }`],
  });
  for (const text of [key.slice(0, -6), `\\u00${key.charCodeAt(0).toString(16)}${key.slice(1)}`])
    await manage(
      'mutation ($input: RegisterDocumentsInput!) { registerDocuments(input: $input) { documents { text } } }',
      {
        documents: [`{ country(code: "${text}") { name } }`, `{ countries { nodes { name } } } # ${text}`],
      },
    );
  await manage('mutation ($input: DeleteApplicationInput!) { deleteApplication(input: $input) { __typename } }', {
    id: applicationId,
    reason: key,
  });
}

it('keeps, logs and repeats nothing of a key, wherever a caller puts it', async () => {
  for (const key of keys) {
    await plant(key);
    await administer(key);
  }
  const metrics = await test.fetch('/metrics', { headers: { Authorization: `Bearer ${token}` } });
  const told = [...answers, ...test.log, await metrics.text()];
  await test.close();
  const kept = await everyRow(database);
  expect(kept.length).toBeGreaterThan(1000);

  for (const key of keys) {
    const secret = key.slice(-28, -7).toLowerCase();
    const hexed = Buffer.from(key).toString('hex').slice(-56, -14);
    const holds = (text: string) => text.toLowerCase().includes(secret) || text.includes(hexed);
    expect(kept.filter(holds)).toEqual([]);
    // The answer to an alias is under that alias.
    expect(told.filter((text) => holds(text.replaceAll(`"${asName(key)}":{"apiKey"`, '')))).toEqual([]);
  }
  expect(kept.join('\n')).toContain('redacted_key');
});

/** Every row of every table, as JSON with its table's name before it. */
async function everyRow({ queries }: Database): Promise<readonly string[]> {
  const tables = (await queries.execute(
    sql`SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
      WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'`,
  )) as readonly { readonly name: string }[];
  const rows: string[] = [];
  for (const { name } of tables) {
    const found = (await queries.execute(
      sql`SELECT row_to_json(t)::text AS text FROM ${sql.raw(name)} AS t`,
    )) as readonly { readonly text: string }[];
    rows.push(...found.map(({ text }) => `${name} ${text}`));
  }
  return rows;
}
