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

it('an explanation tells neither the limits of a key nor what is left of them to who may not read them', async () => {
  const reader = await test.createKey(['read:*', '!read:ApiKey.throttle'], { type: 'MANAGEMENT', grantable: ['*'] });
  const limits = [
    { throttle: { requests: { max: 1, window: 'PT1M' } } },
    { throttle: { maximumCost: 2 } },
    { throttle: { maximumAvailable: 12, restoreRate: 1, maximumCost: 12 } },
  ];
  const document = '{ cities(first: 10) { nodes { name } } }';
  const told = async (throttle: object) => {
    const { id, key } = await test.createKey(['read:Query', 'read:City'], throttle);
    await test.graphql(key, document);
    const { body } = await test.management(
      reader.key,
      'query ($i: ExplainRequestInput!) { explainRequest(input: $i) { allowed steps { step outcome code message } } }',
      { i: { apiKeyId: id, document } },
    );
    return body.data?.explainRequest ?? body;
  };

  const unlimited = await told({});
  expect(unlimited.allowed).toBe(true);
  expect(unlimited.steps).toContainEqual(expect.objectContaining({ step: 'PRIVILEGES', outcome: 'PASSED' }));
  for (const throttle of limits) expect(await told(throttle)).toEqual(unlimited);
});

it('an explanation tells how a key is treated only to who may read it', async () => {
  const ask = async (rules: readonly string[], id: string) => {
    const reader = await test.createKey(['read:*', ...rules], { type: 'MANAGEMENT', grantable: ['*'] });
    const { body } = await test.management(
      reader.key,
      'query ($i: ExplainRequestInput!) { explainRequest(input: $i) { steps { step outcome message } } }',
      { i: { apiKeyId: id, document: '{ cities(first: 1) { nodes { name population } } }' } },
    );
    return body.data.explainRequest.steps.find(({ step }: { step: string }) => step === 'PRIVILEGES');
  };
  const rules = ['read:Query', 'read:City.name'];
  const measured = { enforcement: { privileges: 'MEASURE' } };
  for (const [settings, message] of [
    [{ onDenied: 'NULL' }, 'Fields that the key may not read are null.'],
    [measured, 'What the key lacks is noted and not enforced.'],
  ] as const) {
    const { id } = await test.createKey(rules, settings);
    expect(await ask([], id)).toEqual({ step: 'PRIVILEGES', outcome: 'PASSED', message });
    for (const hidden of ['!read:ApiKey.onDenied', '!read:ApiKey.enforcement']) {
      expect(await ask([hidden], id)).toEqual({ step: 'PRIVILEGES', outcome: 'PASSED', message: null });
    }
  }
});
