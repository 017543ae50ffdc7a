import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp();
});
afterAll(() => test.close());

it('an explanation of a key that hides names nothing that its reader cannot grant', async () => {
  const reader = await test.createKey(['read:*'], {
    type: 'MANAGEMENT',
    grantable: ['read:Query.countries', 'read:Country.region'],
  });
  const { id } = await test.createKey(['read:Query.countries', 'read:Country.subregion'], { onDenied: 'HIDE' });
  const { body } = await test.management(
    reader.key,
    'query ($i: ExplainRequestInput!) { explainRequest(input: $i) { steps { step code message } } }',
    { i: { apiKeyId: id, document: '{ countries(first: 1) { nodes { region } } }' } },
  );
  const { steps } = body.data.explainRequest;
  expect(steps).toContainEqual({
    step: 'DOCUMENT',
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: 'Cannot query field "region" on type "Country".',
  });
  expect(JSON.stringify(steps)).not.toContain('subregion');
});

it('the effective privileges of a key are no way around what its roles are hidden by', async () => {
  const effective = '{ apiKeys(first: 1) { nodes { effectivePrivileges } } }';
  const ask = async (privileges: readonly string[]) =>
    (await test.management((await test.createKey(privileges, { type: 'MANAGEMENT' })).key, effective)).codes;
  expect(await ask(['read:Query', 'read:ApiKey'])).toEqual(['FORBIDDEN']);
  expect(await ask(['read:Query', 'read:ApiKey', 'read:Role.privileges'])).toEqual([]);
});
