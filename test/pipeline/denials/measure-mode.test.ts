import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../../support/test-app.ts';

let test: TestApp;
const measure = { enforcement: { privileges: 'MEASURE' }, plan: 'ENTERPRISE' };
const rules = ['read:Query.cities', 'read:City.name'];
let measured: { id: string; key: string };
beforeAll(async () => {
  test = await openTestApp({ places: true });
  measured = await test.createKey(rules, measure);
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

/** What the last request on the protected API left in the access log. */
function logged(): { wouldBeDenied?: string[]; outcome: string } {
  const lines = test.log.map((line) => JSON.parse(line)).filter(({ surface, outcome }) => surface === 'API' && outcome);
  return lines.at(-1);
}

describe('privileges that are measured', () => {
  it('let a query pass that they would refuse, and note what is missing', async () => {
    const query =
      '{ cities(first: 1, filter: { population: { gte: 1 } }) { nodes { name population country { name } } } }';
    const { status, body } = await test.graphql(measured.key, query);
    expect([status, body.errors]).toEqual([200, undefined]);
    expect(body.data.cities.nodes[0]).toEqual({
      name: expect.any(String),
      population: expect.any(Number),
      country: { name: expect.any(String) },
    });
    expect(logged().wouldBeDenied?.sort()).toEqual(['read:City.country', 'read:City.population', 'read:Country.name']);
  });

  it('note nothing where nothing is missing', async () => {
    expect((await test.graphql(measured.key, '{ cities(first: 1) { nodes { name } } }')).status).toBe(200);
    expect(logged()).not.toHaveProperty('wouldBeDenied');
  });

  it('price what is let pass', async () => {
    const full = (await test.createKey(['read:*'], { plan: 'ENTERPRISE' })).key;
    const query = '{ cities(first: 2) { nodes { name nearby(radiusKm: 10, first: 2) { name } } } }';
    const [own, other] = await Promise.all([test.graphql(measured.key, query), test.graphql(full, query)]);
    const prices = ({ body }: typeof own) => [
      body.extensions.cost.requestedQueryCost,
      body.extensions.cost.actualQueryCost,
    ];
    expect(prices(own)).toEqual(prices(other));
  });

  it('hold for explicit fields all the same', async () => {
    const { status, body } = await test.graphql(
      measured.key,
      '{ cities(first: 1) { nodes { population contributorEmail } } }',
    );
    expect(status).toBe(403);
    expect(body.errors.map(({ extensions }: { extensions: { required: string[] } }) => extensions.required)).toEqual([
      ['read:City.contributorEmail'],
    ]);
  });

  it('hold for mutations, payloads included', async () => {
    const { key } = await test.createKey(
      ['write:Mutation.createCity', 'write:City', 'read:CreateCityPayload', 'read:City.id'],
      measure,
    );
    const input = '{ name: "Measured", countryCode: "CH", latitude: 1, longitude: 1 }';
    const create = (field: string) =>
      test.graphql(key, `mutation { createCity(input: ${input}) { city { ${field} } } }`);
    expect((await create('name')).codes).toEqual(['FORBIDDEN']);
    expect((await create('id')).codes).toEqual([]);
    expect((await test.graphql(key, 'mutation { deleteCity(input: { id: "x" }) { deletedCityId } }')).status).toBe(403);
  });

  it('still decide what the key sees of the schema, and says of itself', async () => {
    const { body } = await test.graphql(measured.key, '{ __type(name: "Country") { name } viewer { privileges } }');
    expect(body.data).toEqual({ __type: null, viewer: { privileges: ['read:City.name', 'read:Query.cities'] } });
  });

  it.each(['NULL', 'HIDE'])('change nothing of what passes under %s', async (onDenied) => {
    const { key } = await test.createKey(rules, { ...measure, onDenied });
    const { body } = await test.graphql(key, '{ cities(first: 1) { nodes { population } } }');
    expect([body.errors, body.data.cities.nodes[0].population]).toEqual([undefined, expect.any(Number)]);
    expect(logged().wouldBeDenied).toEqual(['read:City.population']);
    const explicit = await test.graphql(key, '{ cities(first: 1) { nodes { contributorEmail } } }');
    expect(explicit.codes).toEqual([onDenied === 'NULL' ? 'UNAUTHORIZED_FIELD_OR_TYPE' : 'GRAPHQL_VALIDATION_FAILED']);
  });

  it('are enforced again as soon as the key says so', async () => {
    const { id, key } = await test.createKey(rules, measure);
    const query = '{ cities(first: 1) { nodes { population } } }';
    expect((await test.graphql(key, query)).status).toBe(200);
    const update =
      'mutation ($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { apiKey { enforcement { privileges } onDenied } } }';
    const { body } = await test.management(test.adminKey, update, {
      input: { id, enforcement: null, onDenied: 'NULL' },
    });
    expect(body.data.updateApiKey.apiKey).toEqual({ enforcement: null, onDenied: 'NULL' });
    expect((await test.graphql(key, query)).body.data.cities.nodes).toEqual([{ population: null }]);
  });
});

describe('a key that is measured', () => {
  const create = (actor: string, input: object) =>
    test.management(
      actor,
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { id } } }',
      {
        input: { name: 'k', ...input },
      },
    );
  let applicationId: string;
  beforeAll(async () => {
    const { body } = await test.management(
      test.adminKey,
      'query ($id: ID!) { apiKey(id: $id) { application { id } } }',
      {
        id: measured.id,
      },
    );
    applicationId = body.data.apiKey.application.id;
  });

  it.each([
    ['rules that give less', ['read:*', 'write:*', 'update:*']],
    ['a rule that takes away', ['*', '!read:City.editorNotes']],
  ])('is made by nobody who has %s than the lone star to grant', async (_, grantable) => {
    const issuer = await create(test.adminKey, { applicationId, type: 'MANAGEMENT', privileges: ['*'], grantable });
    const { key } = issuer.body.data.createApiKey;
    const refused = await create(key, {
      applicationId,
      privileges: rules.slice(0, 1),
      enforcement: measure.enforcement,
    });
    expect(refused.codes).toEqual(['PRIVILEGE_ESCALATION']);
    const changed = await test.management(
      key,
      'mutation ($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { apiKey { id } } }',
      { input: { id: measured.id, name: 'renamed' } },
    );
    expect(changed.codes).toEqual(['PRIVILEGE_ESCALATION']);
  });

  it('is no management key', async () => {
    const input = { applicationId, type: 'MANAGEMENT', privileges: [], enforcement: measure.enforcement };
    expect((await create(test.adminKey, input)).codes).toEqual(['BAD_USER_INPUT']);
  });
});
