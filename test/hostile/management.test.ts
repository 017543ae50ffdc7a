import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const create = 'mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { key apiKey { id } } }';
const update = 'mutation ($i: UpdateApiKeyInput!) { updateApiKey(input: $i) { apiKey { id } } }';
const rotate = 'mutation ($i: RotateApiKeyInput!) { rotateApiKey(input: $i) { key } }';
const cancel = 'mutation ($i: CancelApiKeyRotationInput!) { cancelApiKeyRotation(input: $i) { apiKey { id } } }';

let test: TestApp;
let make: (input: object) => Promise<{ key: string; apiKey: { id: string } }>;
let weak: { key: string; apiKey: { id: string } };
let strong: { key: string; apiKey: { id: string } };
beforeAll(async () => {
  test = await openTestApp();
  const { body } = await test.management(test.adminKey, '{ viewer { application { id } } }');
  const applicationId = body.data.viewer.application.id;
  make = async (input) =>
    (await test.management(test.adminKey, create, { i: { applicationId, name: 'k', ...input } })).body.data
      .createApiKey;
  weak = await make({ type: 'MANAGEMENT', privileges: ['*:*'], grantable: ['read:City.name'] });
  strong = await make({ privileges: ['read:*'] });
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

describe('a weak management key', () => {
  it('changes no key of another application', async () => {
    const other = await test.createKey(['read:City.name']);
    expect((await test.management(weak.key, update, { i: { id: other.id, name: 'x' } })).codes).toEqual(['NOT_FOUND']);
  });
  it('changes no key that it could not make', async () => {
    const { codes } = await test.management(weak.key, update, { i: { id: strong.apiKey.id, name: 'x' } });
    expect(codes).toEqual(['PRIVILEGE_ESCALATION']);
  });
  it('does not outlive what it was given', async () => {
    const expiresAt = new Date(test.clock.now() + 300 * 86_400_000).toISOString();
    const { codes } = await test.management(weak.key, update, { i: { id: weak.apiKey.id, expiresAt } });
    expect(codes).toEqual(['PRIVILEGE_ESCALATION']);
  });
  it('gives no secret of a key that it could not make a longer life, by canceling its rotation', async () => {
    const i = { id: strong.apiKey.id, activation: 'FIRST_USE', gracePeriod: 'PT0S', deadline: 'PT1H' };
    expect((await test.management(test.adminKey, rotate, { i })).codes).toEqual([]);
    expect((await test.management(weak.key, cancel, { i: { id: strong.apiKey.id } })).codes).toEqual([
      'PRIVILEGE_ESCALATION',
    ]);
    test.clock.advance(7_200_000);
    expect((await test.graphql(strong.key, '{ viewer { __typename } }')).codes).toEqual(['API_KEY_EXPIRED']);
  });
});
