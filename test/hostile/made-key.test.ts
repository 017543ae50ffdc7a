import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const isKey = /^fieldpass_live_/;
const many = (count: number) => Array.from({ length: count }, (_, index) => `n${index}: name`).join(' ');

let test: TestApp;
let applicationId: string;
beforeAll(async () => {
  test = await openTestApp({ environment: { MAX_RESPONSE_BYTES: '10000' } });
  const { body } = await test.management(
    test.adminKey,
    'mutation ($i: CreateApplicationInput!) { createApplication(input: $i) { application { id } } }',
    { i: { name: 'X', ownerName: 'Ada', ownerEmail: 'ada@example.com' } },
  );
  applicationId = body.data.createApplication.application.id;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

const send = (selection: string) =>
  test.management(
    test.adminKey,
    `mutation ($i: CreateApiKeyInput!${selection.includes('$bad') ? ', $bad: CreateApiKeyInput!' : ''}) { ${selection} }`,
    {
      i: { applicationId, name: 'n'.repeat(100), privileges: ['*'] },
      bad: { applicationId, name: 'bad', privileges: ['no rule'] },
    },
  );

describe('the text of a key that was made', () => {
  it.each([
    `a: createApiKey(input: $i) { key apiKey { id ${many(200)} } }`,
    `a: createApiKey(input: $i) { key apiKey { id ${many(80)} } } b: createApiKey(input: $i) { key apiKey { id ${many(80)} } }`,
    `a: createApiKey(input: $i) { key } b: createApiKey(input: $i) { key apiKey { id ${many(200)} } }`,
  ])('is in an answer that is too large: %#', async (selection) => {
    const { body } = await send(selection);
    expect(body.errors[0].extensions).toMatchObject({ code: 'RESPONSE_TOO_LARGE', executed: true });
    expect(body.data?.a?.key).toMatch(isKey);
  });

  it.each([
    'a: createApiKey(input: $i) { key } b: createApiKey(input: $bad) { key }',
    'a: createApiKey(input: $i) { apiKey { id } key } b: createApiKey(input: $bad) { key } c: createApiKey(input: $i) { key }',
  ])('is in an answer of which a later field failed: %#', async (selection) => {
    const { status, body } = await send(selection);
    expect(status).toBe(200);
    expect(body.data.a.key).toMatch(isKey);
    expect(body.data.b).toBeNull();
    expect(body.data).not.toHaveProperty('c');
    const code = 'PRIVILEGE_INVALID';
    expect(body.errors).toMatchObject([
      { path: ['b'], extensions: { code } },
      { path: ['a'], extensions: { code, executed: true } },
    ]);
  });

  it('is there of every key, and what else ran is said to have run', async () => {
    const { body } = await send(
      `u: updateApplication(input: { id: "${applicationId}", name: "Y" }) { application { id } }
       a: createApiKey(input: $i) { text: key } b: createApiKey(input: $i) { key } z: createApiKey(input: $bad) { key }`,
    );
    expect([body.data.u, body.data.z]).toEqual([null, null]);
    expect(body.data.a.text).toMatch(isKey);
    expect(body.data.b.key).toMatch(isKey);
    expect(
      body.errors.map(({ path, extensions }: { path: string[]; extensions: object }) => [
        path[0],
        'executed' in extensions,
      ]),
    ).toEqual([
      ['z', false],
      ['u', true],
      ['a', true],
      ['b', true],
    ]);
    const { codes } = await test.graphql(body.data.a.text, '{ viewer { apiKey { name } } }');
    expect(codes).toEqual([]);
  });

  it('changes nothing of an answer in which no key was made', async () => {
    const { body } = await send(
      `u: updateApplication(input: { id: "${applicationId}", name: "Z" }) { application { id } }
       b: createApiKey(input: $bad) { key } c: createApiKey(input: $i) { key }`,
    );
    expect(body.data).toBeNull();
    expect(body.errors).toMatchObject([{ path: ['b'], extensions: { code: 'PRIVILEGE_INVALID' } }]);
  });
});
