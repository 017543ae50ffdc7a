import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../../support/test-app.ts';

let test: TestApp;
/** A manager that may grant `City` without `population`, and nothing of `Country`. */
let manager: string;
beforeAll(async () => {
  test = await openTestApp({ places: true });
  const { key } = await test.createKey(['*'], {
    type: 'MANAGEMENT',
    grantable: ['read:Query', 'read:City', '!read:City.population', '!read:City.country', '*:Mutation', 'write:City'],
  });
  manager = key;
});
afterAll(() => test.close());

const required = async (document: string, key = test.adminKey, operationName?: string) => {
  const { body, codes } = await test.management(
    key,
    'query ($document: String!, $operationName: String) { requiredPrivileges(document: $document, operationName: $operationName) { coordinate privilege rule } }',
    { document, operationName },
  );
  const rules: string[] = body.data?.requiredPrivileges.map(({ rule }: { rule: string }) => rule) ?? [];
  return { rules: rules.sort(), codes, body };
};

describe('requiredPrivileges', () => {
  it('names each privilege once, with its coordinate and verb', async () => {
    const { body } = await required('{ a: country(code: "CH") { name } b: country(code: "DE") { name } }');
    expect(body.data.requiredPrivileges).toHaveLength(3);
    expect(body.data.requiredPrivileges).toEqual(
      expect.arrayContaining([
        { coordinate: 'Country.name', privilege: 'READ', rule: 'read:Country.name' },
        { coordinate: 'Country.code', privilege: 'READ', rule: 'read:Country.code' },
        { coordinate: 'Query.country', privilege: 'READ', rule: 'read:Query.country' },
      ]),
    );
  });

  it.each<[string, string, string[]]>([
    [
      'arguments that look at fields',
      '{ cities(filter: { population: { gte: 1 } }) { totalCount } }',
      ['read:City.population', 'read:Query.cities'],
    ],
    [
      'what is skipped',
      'query ($no: Boolean!) { city(id: "x") @skip(if: $no) { name } }',
      ['read:City.name', 'read:Query.city'],
    ],
    [
      'all that a variable can set',
      'mutation ($input: UpdateCityInput!) { updateCity(input: $input) { __typename } }',
      ['update:City.population', 'update:Mutation.updateCity'],
    ],
    [
      'both verbs of an upsert',
      'mutation { upsertCity(input: { name: "A", countryCode: "CH", latitude: 1, longitude: 2 }) { created } }',
      ['read:UpsertCityPayload.created', 'update:City.name', 'write:City.name'],
    ],
    ['every type of an interface', '{ searchPlaces(text: "a") { name } }', ['read:City.name', 'read:Country.name']],
    ['a type whose name alone is asked for', '{ city(id: "x") { __typename } }', ['read:City', 'read:Query.city']],
    [
      'nothing for what is open',
      '{ viewer { apiKey { name } } rateLimit { resetAt } __schema { queryType { name } } }',
      [],
    ],
  ])('counts %s', async (_, document, expected) => {
    const { rules } = await required(document);
    expect(rules).toEqual(expect.arrayContaining(expected));
    if (expected.length === 0) expect(rules).toEqual([]);
  });

  it('gives rules that suffice for a key that has exactly them', async () => {
    const document =
      '{ cities(first: 1, filter: { population: { gte: 1000000 } }) { nodes { name country { name } location { latitude } } } }';
    const { rules } = await required(document);
    const { key } = await test.createKey(rules);
    expect((await test.graphql(key, document)).status).toBe(200);
    for (const rule of rules) {
      const { key: without } = await test.createKey(rules.filter((other) => other !== rule));
      expect((await test.graphql(without, document)).status, `without ${rule}`).toBe(403);
    }
  });

  it('knows of the API what the calling key can grant, and no more', async () => {
    const seen = await required('{ city(id: "x") { name } }', manager);
    expect(seen.rules).toEqual(['read:City.name', 'read:Query.city']);
    const hidden = await required('{ city(id: "x") { population } }', manager);
    const unknown = await required('{ city(id: "x") { populatiom } }', manager);
    expect(hidden.codes).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(hidden.body.errors[0].message).toBe('Cannot query field "population" on type "City".');
    expect(unknown.body.errors[0].message).toBe('Cannot query field "populatiom" on type "City".');
    // Country is one of the types, and not one that it can grant.
    const place = await required('{ searchPlaces(text: "a") { name } }', manager);
    expect(place.rules).toEqual(['read:City.name', 'read:Query.searchPlaces']);
    expect(JSON.stringify([hidden.body, place.body])).not.toContain('Country');
    const input = await required(
      'mutation ($input: CreateCityInput!) { createCity(input: $input) { __typename } }',
      manager,
    );
    expect(input.rules).toContain('write:City.population');
    expect(input.rules).not.toContain('write:City.contributorEmail');
  });

  it.each([
    ['{ city(', 'GRAPHQL_PARSE_FAILED'],
    ['query A { viewer { __typename } } query B { rateLimit { resetAt } }', 'OPERATION_RESOLUTION_FAILURE'],
  ])('says what is wrong with %j, as an error of the field', async (document, code) => {
    const { codes, body } = await required(document);
    expect(codes).toEqual([code]);
    expect(body.errors[0].path).toEqual(['requiredPrivileges']);
  });

  it('takes the operation that is named', async () => {
    const document = 'query A { city(id: "x") { name } } query B { country(code: "CH") { name } }';
    expect((await required(document, test.adminKey, 'A')).rules).toEqual(['read:City.name', 'read:Query.city']);
  });
});

const explanation = async (input: object, key = test.adminKey) => {
  const { body, status } = await test.management(
    key,
    `query ($input: ExplainRequestInput!) { explainRequest(input: $input) {
      allowed requestedQueryCost wouldBeThrottled retryAfter denials { rule } steps { step outcome code message } } }`,
    { input },
  );
  expect(status).toBe(200);
  const explained = body.data?.explainRequest;
  const outcomes = Object.fromEntries(
    (explained?.steps ?? []).map((one: { step: string; outcome: string; code: string | null }) => [
      one.step,
      one.code ?? one.outcome,
    ]),
  );
  return { explained, outcomes, body };
};

describe('explainRequest', () => {
  const cities = '{ cities(first: 5) { nodes { name population } } }';

  it('walks the steps in their order, and runs, counts and charges nothing', async () => {
    const { id, key } = await test.createKey(['read:Query', 'read:City']);
    const { explained } = await explanation({ apiKeyId: id, document: cities });
    expect(explained.steps.map(({ step, outcome }: { step: string; outcome: string }) => `${step} ${outcome}`)).toEqual(
      [
        'HEADER SKIPPED',
        'FORMAT PASSED',
        'LOOKUP SKIPPED',
        'STATUS PASSED',
        'APPLICATION_RESTRICTIONS PASSED',
        'REQUESTS_WINDOW PASSED',
        'DOCUMENT PASSED',
        'API_RESTRICTIONS PASSED',
        'PRIVILEGES PASSED',
        'COST PASSED',
        'BUDGET PASSED',
        'EXECUTE SKIPPED',
        'SETTLE SKIPPED',
        'RECORD SKIPPED',
      ],
    );
    expect(explained).toMatchObject({ allowed: true, denials: [], wouldBeThrottled: false, retryAfter: null });
    const { body } = await test.graphql(key, cities);
    expect(body.extensions.cost.requestedQueryCost).toBe(explained.requestedQueryCost);
    expect(body.extensions.cost.throttleStatus.currentlyAvailable).toBe(1000 - body.extensions.cost.actualQueryCost);
  });

  it.each<[string, string[], () => object, string, string]>([
    ['privileges', ['read:Query', 'read:City.name'], () => ({}), 'PRIVILEGES', 'FORBIDDEN'],
    ['the price', ['*'], () => ({ throttle: { maximumCost: 2 } }), 'COST', 'COST_LIMIT_EXCEEDED'],
    ['a key that is not valid yet', ['*'], () => ({ notBefore: later() }), 'STATUS', 'API_KEY_NOT_YET_VALID'],
  ])('agrees with the gate about %s', async (_, privileges, input, step, code) => {
    const { id, key } = await test.createKey(privileges, input());
    const { outcomes, explained } = await explanation({ apiKeyId: id, document: cities });
    expect(outcomes[step]).toBe(code);
    expect(explained.allowed).toBe(false);
    expect((await test.graphql(key, cities)).codes[0]).toBe(code);
  });

  it('names all that is missing, by the variables that are given', async () => {
    const { id } = await test.createKey(['read:Query', '*:Mutation', 'write:City.name']);
    const document = 'mutation ($input: CreateCityInput!) { createCity(input: $input) { city { name } } }';
    const input = { name: 'A', population: 1, countryCode: 'CH', latitude: 1, longitude: 2 };
    const { explained } = await explanation({ apiKeyId: id, document, variables: { input } });
    const rules = explained.denials.map(({ rule }: { rule: string }) => rule);
    expect(rules).toContain('write:City.population');
    expect(rules).toContain('read:City.name');
    expect(rules).not.toContain('write:City.name');
    expect(explained.requestedQueryCost).toBeNull();
  });

  it('tells of a spent budget, and when it is back', async () => {
    const throttle = { maximumAvailable: 12, restoreRate: 1, maximumCost: 12 };
    const { id, key } = await test.createKey(['read:Query', 'read:City'], { throttle });
    await test.graphql(key, '{ cities(first: 10) { nodes { name } } }');
    const { explained, outcomes } = await explanation({ apiKeyId: id, document: cities });
    expect(outcomes['BUDGET']).toBe('THROTTLED');
    expect(explained).toMatchObject({ allowed: false, wouldBeThrottled: true });
    expect(explained.retryAfter).toMatch(/^PT/);
    test.clock.advance(20_000);
    expect((await explanation({ apiKeyId: id, document: cities })).explained.wouldBeThrottled).toBe(false);
  });

  it('judges what it can of a key that is disabled', async () => {
    const { id } = await test.createKey(['read:Query', 'read:City']);
    await test.management(
      test.adminKey,
      'mutation ($id: ID!) { disableApiKey(input: { id: $id }) { apiKey { id } } }',
      { id },
    );
    const { outcomes } = await explanation({ apiKeyId: id, document: cities });
    expect(outcomes).toMatchObject({ STATUS: 'API_KEY_DISABLED', PRIVILEGES: 'PASSED' });
  });

  it('counts the roles of the key', async () => {
    const { body } = await test.management(
      test.adminKey,
      'mutation { createRole(input: { name: "Readers", privileges: ["read:Query", "read:City"] }) { role { id } } }',
    );
    const { id } = await test.createKey([], { roleIds: [body.data.createRole.role.id] });
    expect((await explanation({ apiKeyId: id, document: cities })).explained.allowed).toBe(true);
  });

  it('says what is wrong with arguments and variables', async () => {
    const { id } = await test.createKey(['read:Query', 'read:City']);
    const page = await explanation({ apiKeyId: id, document: '{ cities(first: 101) { nodes { name } } }' });
    expect(page.outcomes['COST']).toBe('PAGE_SIZE_OUT_OF_RANGE');
    const node = await explanation({ apiKeyId: id, document: '{ city(id: "no id") { name } }' });
    expect(node.outcomes['DOCUMENT']).toBe('BAD_USER_INPUT');
    const typed = await explanation({
      apiKeyId: id,
      document: 'query ($n: Int) { cities(first: $n) { nodes { name } } }',
      variables: { n: 'x' },
    });
    expect(typed.outcomes['DOCUMENT']).toBe('BAD_USER_INPUT');
  });

  it.each<[string, object, object, string]>([
    ['NULL', { onDenied: 'NULL' }, { PRIVILEGES: 'PASSED', COST: 'PASSED' }, 'OK'],
    ['HIDE', { onDenied: 'HIDE' }, { DOCUMENT: 'GRAPHQL_VALIDATION_FAILED', PRIVILEGES: 'SKIPPED' }, 'REFUSED'],
    ['MEASURE', { enforcement: { privileges: 'MEASURE', throttle: 'ENFORCE' } }, { PRIVILEGES: 'PASSED' }, 'OK'],
  ])('agrees with the gate about a key of mode %s', async (_, input, expected, result) => {
    const { id, key } = await test.createKey(['read:Query', 'read:City.name'], input);
    const { outcomes, explained } = await explanation({ apiKeyId: id, document: cities });
    expect(outcomes).toMatchObject(expected);
    expect(explained.allowed).toBe(result === 'OK');
    const { body } = await test.graphql(key, cities);
    expect(body.data === undefined).toBe(result === 'REFUSED');
    if (result === 'OK') {
      expect(explained.denials).toEqual([{ rule: 'read:City.population' }]);
      expect(explained.requestedQueryCost).toBe(body.extensions.cost.requestedQueryCost);
    }
  });

  it('judges where a request comes from, and what the key is for', async () => {
    const restrictions = { server: { allowedIps: ['192.0.2.0/24'] }, api: { rootFields: ['countries'] } };
    const { id } = await test.createKey(['read:Query', 'read:City'], { restrictions });
    const from = async (clientAddress?: string) =>
      (await explanation({ apiKeyId: id, document: cities, ...(clientAddress && { clientAddress }) })).outcomes;
    expect(await from('192.0.2.7')).toMatchObject({
      APPLICATION_RESTRICTIONS: 'PASSED',
      API_RESTRICTIONS: 'API_KEY_SERVICE_BLOCKED',
      PRIVILEGES: 'PASSED',
      COST: 'SKIPPED',
    });
    expect(await from('198.51.100.1')).toMatchObject({ APPLICATION_RESTRICTIONS: 'API_KEY_IP_ADDRESS_BLOCKED' });
    expect(await from()).toMatchObject({ APPLICATION_RESTRICTIONS: 'API_KEY_IP_ADDRESS_BLOCKED' });
  });

  it('judges the headers by which a page presents itself', async () => {
    const restrictions = { browser: { allowedReferrers: ['app.example.com'] } };
    const { id } = await test.createKey(['read:Query', 'read:City'], { restrictions });
    const from = async (origin: string) =>
      (await explanation({ apiKeyId: id, document: cities, headers: [{ name: 'Origin', value: origin }] })).outcomes;
    expect(await from('https://app.example.com')).toMatchObject({ APPLICATION_RESTRICTIONS: 'PASSED' });
    expect(await from('https://example.org')).toMatchObject({
      APPLICATION_RESTRICTIONS: 'API_KEY_HTTP_REFERRER_BLOCKED',
    });
  });

  it('explains a management key on the management API', async () => {
    const { id } = await test.createKey(['read:Query.apiKeys', 'read:ApiKey.name'], { type: 'MANAGEMENT' });
    const document = '{ apiKeys { nodes { name note } } }';
    const { explained } = await explanation({ apiKeyId: id, document });
    expect(explained.denials).toEqual([{ rule: 'read:ApiKey.note' }]);
  });

  it('names nothing that the calling key cannot grant, whatever the explained key may do', async () => {
    const { body: application } = await test.management(manager, '{ viewer { application { id } } }');
    const { body } = await test.management(
      test.adminKey,
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } } }',
      { input: { applicationId: application.data.viewer.application.id, name: 'x', privileges: ['read:Query'] } },
    );
    const apiKeyId = body.data.createApiKey.apiKey.id;
    const hidden = await explanation({ apiKeyId, document: cities }, manager);
    expect(hidden.explained.steps.find(({ step }: { step: string }) => step === 'DOCUMENT').message).toBe(
      'Cannot query field "population" on type "City".',
    );
    const place = await explanation({ apiKeyId, document: '{ searchPlaces(text: "a") { name } }' }, manager);
    expect(place.explained.denials).toEqual([{ rule: 'read:City.name' }]);
    expect(JSON.stringify([hidden.body, place.body])).not.toContain('Country');
  });

  it.each([
    ['a key of another application', { headers: [] }, 'NOT_FOUND'],
    ['credentials', { headers: [{ name: 'X-API-Key', value: 'x' }] }, 'BAD_USER_INPUT'],
    ['headers that are none', { headers: [{ name: 'Origin', value: 'a\nb' }] }, 'BAD_USER_INPUT'],
    ['variables that are no object', { variables: [1] }, 'BAD_USER_INPUT'],
  ])('refuses %s', async (_, input, code) => {
    const { body: made } = await test.management(
      test.adminKey,
      'mutation { createApplication(input: { name: "B", ownerName: "B", ownerEmail: "b@example.com" }) { application { id } } }',
    );
    const { id } = await test.createKey([], { applicationId: made.data.createApplication.application.id });
    const key = code === 'NOT_FOUND' ? manager : test.adminKey;
    const { body } = await explanation({ apiKeyId: id, document: cities, ...input }, key);
    expect(body.errors[0].extensions.code).toBe(code);
  });
});

function later(): string {
  return new Date(test.clock.now() + 86_400_000).toISOString();
}
