import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verbs } from '../../src/plan/verb.ts';
import { places } from '../plan/places.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { held } from './held.ts';

/** Classes of published advisories that no other test stands for; each says what to break to see it fail. */
let test: TestApp;
let weak: string;
beforeAll(async () => {
  test = await openTestApp({ places: true });
  weak = (await test.createKey(['read:Query', 'read:City.name', 'read:City.id'], { plan: 'ENTERPRISE' })).key;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

const required = (body: { errors?: { extensions: { required?: string[] } }[] }) =>
  body.errors?.flatMap(({ extensions }) => extensions.required ?? []);
const population = '{ cities(first: 1) { nodes { population } } }';

describe('CVE-2022-39322: a kind of field that forgot its access control', () => {
  // Break: `add(field.field.needs)` in demands/compile-demands.ts.
  it.each([
    'name',
    'areaKm2',
    'languages',
    'location { latitude }',
    'borders { id }',
    'cities(first: 1) { totalCount }',
  ])('Country.%s', async (selection) => {
    const { status, body } = await test.graphql(weak, `{ country(code: "CH") { ${selection} } }`);
    expect(status).toBe(403);
    expect(required(body)).toContain(`read:Country.${/^\w+/.exec(selection)?.[0]}`);
  });
});

describe('CVE-2025-46720, CVE-2026-33326, CVE-2026-35442: what is not readable, told by a count', () => {
  // Break: the loop over `suppliedInLiteral` in demands/compile-demands.ts.
  it.each([
    '{ cities(first: 1, filter: { population: { gte: 1000000 } }) { totalCount } }',
    '{ cities(first: 1, orderBy: { field: POPULATION }) { pageInfo { endCursor } } }',
  ])('%s', async (query) => {
    const { status, body } = await test.graphql(weak, query);
    expect([status, required(body)]).toEqual([403, ['read:City.population']]);
  });
});

describe('CVE-2026-35413, CVE-2025-53364: a door to the schema beside introspection', () => {
  // Break: the view that pipeline/serve-sdl.ts prints.
  it('every one shows the view, or is none', async () => {
    const sdl = await test.fetch('/schema.graphql', { headers: { 'X-API-Key': weak } });
    expect(await sdl.text()).not.toContain('population');
    const service = await test.graphql(weak, '{ _service { sdl } }');
    expect(service.codes).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(JSON.stringify(service.body)).not.toContain('population');
    for (const path of ['/graphql', '/', '/explorer', '/graphiql']) {
      const page = await test.fetch(path, { headers: { Accept: 'text/html' } });
      expect(await page.text(), path).not.toContain('contributorEmail');
    }
  });
});

describe('CVE-2026-32594, CVE-2026-35523, CVE-2026-5423: a transport beside the gate', () => {
  const url = `/graphql?query=${encodeURIComponent(population)}`;

  // Break: the call of the gate in pipeline/use-fieldpass.ts.
  it('GET, POST and event streams have the same one', async () => {
    const headers = { Authorization: `Bearer ${weak}` };
    for (const accept of ['application/graphql-response+json', 'text/event-stream']) {
      const response = await test.fetch(url, { headers: { ...headers, Accept: accept } });
      const text = await response.text();
      expect(text, accept).toContain('FORBIDDEN');
      expect(text, accept).not.toMatch(/"population":\s*\d/);
    }
  });

  // Break: the order of steps in pipeline/identify.ts.
  it('an upgrade gives no session that is trusted later', async () => {
    const response = await test.fetch(url, {
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Protocol': 'graphql-ws',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
    });
    expect(response.status).toBe(401);
  });

  it('each request brings its own key, whatever came before it', async () => {
    const query = '{ cities(first: 1) { nodes { name } } }';
    expect((await test.graphql(weak, query)).status).toBe(200);
    expect((await test.graphql(undefined, query)).status).toBe(401);
    const inPayload = await test.graphql(undefined, query, { connectionParams: { authorization: `Bearer ${weak}` } });
    expect(inPayload.status).toBe(401);
  });
});

// Break: the second loop in `compilePrivileges`, compile-privileges.ts.
describe('CVE-2026-19869, CVE-2026-92681: of a rule for a type and one for its field, one was discarded', () => {
  it.each([
    [['read:Query', 'read:City', '!read:City.population']],
    [['!read:City.population', 'read:City', 'read:Query']],
    [['read:Query', 'read:City.population', '!read:City']],
    [['!read:City', 'read:City.population', 'read:Query']],
  ])('%j', async (privileges) => {
    const { key } = await test.createKey(privileges);
    const { status, body } = await test.graphql(key, population);
    expect([status, required(body)]).toEqual([403, ['read:City.population']]);
  });
});

// Break: the step budget in compile-document/plan-selection.ts; then this test never ends.
describe('CVE-2026-34573, CVE-2025-32034: fragments that 2^30 paths lead to', () => {
  it('are refused or answered, soon', async () => {
    const levels = 30;
    const fragments = Array.from({ length: levels }, (_, n) => {
      const next = n + 1 < levels ? `...F${n + 1} ...F${n + 1}` : 'population';
      return `fragment F${n} on City { ${next} }`;
    });
    const { status } = await test.graphql(weak, `{ cities(first: 1) { nodes { ...F0 } } } ${fragments.join(' ')}`);
    expect([400, 403]).toContain(status);
  });
});

// Break: a Map in compile-document/ by a plain object.
describe('CVE-2026-32621: names that mean something to JavaScript', () => {
  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])('%s', async (name) => {
    const denied = await test.graphql(weak, `{ cities(first: 1) { nodes { ${name}: population } } }`);
    expect([denied.status, required(denied.body)]).toEqual([403, ['read:City.population']]);
    const document = `query ($${name}: CityFilter) { cities(first: 1, filter: $${name}) { nodes { name } } }`;
    const variables = JSON.parse(`{ "${name}": { "population": { "gte": 1 } } }`);
    const byVariable = await test.graphql(weak, document, variables);
    expect([byVariable.status, required(byVariable.body)]).toEqual([403, ['read:City.population']]);
    const alone = await test.graphql(weak, `{ cities(first: 1) { nodes { ${name}: name } } }`);
    expect(alone.body.errors).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

// Break: write `variables` or the query's text in a line of the log, in pipeline/record-usage.ts.
describe('CVE-2026-39943: values copied to where nobody gates them', () => {
  it('the log holds no variable, no literal and no key', async () => {
    const { key } = await test.createKey(['*', 'read:City.contributorEmail', 'write:City.contributorEmail']);
    const base = { name: 'Logged', countryCode: 'CH', latitude: 1, longitude: 1 };
    const mutation = 'mutation ($input: CreateCityInput!) { createCity(input: $input) { city { id } } }';
    const made = await test.graphql(key, mutation, { input: { ...base, contributorEmail: 'variable@secret.example' } });
    expect(made.body.errors).toBeUndefined();
    await test.graphql(key, '{ cities(first: 1, filter: { name: { eq: "literal@secret.example" } }) { totalCount } }');
    const log = test.log.join('\n');
    expect(log).not.toContain('secret.example');
    expect(log).not.toContain(key);
    expect(log).not.toContain(key.split('_')[3]);
  });
});

// Break: `if (privilege.denies) continue;` in compile-privileges.ts.
describe('HA-10711: a composition that may more than its parts', () => {
  it('rules together never allow what none of the parts does', () => {
    const rule = fc
      .tuple(
        fc.constantFrom('', '', '!'),
        fc.constantFrom(...verbs, '*'),
        fc.constantFrom(...places.coordinates.slice(0, 60)),
        fc.boolean(),
      )
      .map(([deny, verb, { type, field }, whole]) => `${deny}${verb}:${type}${whole ? '' : `.${field}`}`);
    const set = fc.array(rule, { maxLength: 6 });
    fc.assert(
      fc.property(set, set, (one, other) => {
        const [a, b, both] = [held(one), held(other), held([...one, ...other])];
        for (let bit = 0; bit < places.coordinates.length * verbs.length; bit++) {
          if (both.has(bit)) expect(a.has(bit) || b.has(bit), JSON.stringify([one, other])).toBe(true);
        }
      }),
    );
  });
});
