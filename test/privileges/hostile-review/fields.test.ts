import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  expectRefused,
  expectServed,
  list,
  openStage,
  type Reviewed,
  type Stage,
  surfaces,
  weakRules,
} from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.test.close());
beforeEach(() => stage.test.clock.advance(60_000));

describe.each(surfaces)('fields on $path', (surface) => {
  const { type, secret, hidden } = surface;
  const rule = `read:${type}.${secret}`;
  let own: Reviewed;
  beforeAll(() => {
    own = stage.of[surface.name];
  });
  const refused = async (query: string, variables?: object) =>
    expectRefused(await own.ask(own.weak, query, variables), rule);

  it('T01 a denied field refuses the operation, and no resolver runs', async () => {
    const allowed = `{ ${list(surface, 'id name')} }`;
    expectServed(await own.ask(own.weak, allowed));
    expect(await stage.watched.turnsDuring(() => own.ask(own.weak, allowed))).toBeGreaterThan(0);
    const turns = await stage.watched.turnsDuring(() => refused(`{ ${list(surface, `name ${secret}`)} }`));
    expect(turns).toBe(0);
  });

  it('T02 a field is denied by its coordinate, whatever it is called in the answer', async () => {
    await refused(`{ ${list(surface, `name: ${secret}`)} }`);
    await refused(`{ ${list(surface, `id: ${secret}`)} }`);
    expectServed(await own.ask(own.weak, `{ ${list(surface, `${secret}: name`)} }`));
  });

  it('T03 a denied field three fragments deep is refused, with one error', async () => {
    await refused(
      `{ ${list(surface, '...A')} ...Q } fragment Q on Query { again: ${list(surface, '...C')} }
       fragment A on ${type} { name ...B } fragment B on ${type} { id ...C } fragment C on ${type} { ${secret} }`,
    );
  });

  it('T04 a fragment that is not used is an error as ever, gives nothing and tells nothing', async () => {
    const bodyFor = async (name: string) => {
      const { status, body } = await own.ask(
        own.weak,
        `{ ${list(surface, 'id')} } fragment F on ${type} { ${name} }`,
        {},
        { headers: { 'X-Request-Id': 'same' } },
      );
      return { status, text: JSON.stringify(body).replaceAll(name, '□') };
    };
    const answer = await bodyFor(secret);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('Fragment \\"F\\" is never used.');
    expect(answer.text).not.toContain('"data"');
    expect(answer).toEqual(await bodyFor('zqxjkvwzqx'.slice(0, secret.length)));
  });

  it('T05 a denied field in inline fragments is refused, with a type condition and without', async () => {
    await refused(`{ ${list(surface, `... on ${type} { ${secret} }`)} }`);
    await refused(`{ ${list(surface, `name ... { ... @include(if: true) { ${secret} } }`)} }`);
  });

  it('T06 a denied field behind an interface is refused, whatever object is there', async () => {
    const query = `query ($id: ID!) { node(id: $id) { ... on ${type} { ${secret} } } }`;
    await refused(query, { id: own.objectId });
    await refused(query, { id: own.hiddenId });
    await refused(query, { id: 'no id at all' });
  });

  it('T07 of two types with one response key, the allowed one is read and the denied one is null', async () => {
    // Both fields are nullable strings, so that they may share a response key.
    const [allowed, denied] = surface.name === 'API' ? ['region', 'adminCode'] : ['note', 'externalId'];
    const rules = ['read:Query', `read:${type}.name`, `read:${hidden}.name`, `read:${hidden}.${allowed}`];
    const { key } = await own.key(rules, { onDenied: 'NULL' });
    if (surface.name === 'MANAGEMENT') {
      const change = 'mutation ($input: UpdateApplicationInput!) { updateApplication(input: $input) { __typename } }';
      expectServed(await own.ask(own.strong, change, { input: { id: own.hiddenId, note: 'to be read' } }));
    }
    const query = `query ($one: ID!, $other: ID!) { one: node(id: $one) { ...F } other: node(id: $other) { ...F } }
      fragment F on Node { ... on ${type} { name text: ${denied} } ... on ${hidden} { name text: ${allowed} } }`;
    const { status, body } = await own.ask(key, query, { one: own.objectId, other: own.hiddenId });
    expect(status).toBe(200);
    expect(body.data).toEqual({
      one: { name: expect.any(String), text: null },
      other: { name: expect.any(String), text: expect.any(String) },
    });
    const required = body.errors.flatMap((error: { extensions: { required: string[] } }) => error.extensions.required);
    expect(new Set(required)).toEqual(new Set([`read:${type}.${denied}`]));
  });

  it('T08 an object of a hidden type is as good as missing, and its type is named nowhere', async () => {
    const query = 'query ($id: ID!) { node(id: $id) { __typename id } }';
    const missing = await own.ask(own.weak, query, { id: Buffer.from(`${hidden}:none`).toString('base64') });
    stage.test.clock.advance(60_000);
    const { status, body } = await own.ask(own.weak, query, { id: own.hiddenId });
    expect([status, body.data, body.errors]).toEqual([200, { node: null }, undefined]);
    expect(body).toEqual(missing.body);
    expect(JSON.stringify(body)).not.toContain(hidden);
    const seen = await own.ask(own.weak, query, { id: own.objectId });
    expect(seen.body.data).toEqual({ node: { __typename: type, id: own.objectId } });
  });

  // What a field is computed from is declared where a schema says it; here it is what arguments look at.
  it('T38 what is computed from a field needs it, and a computed field is no way round its own name', async () => {
    const api = {
      rules: ['read:Query.citiesNear', 'read:City.nearby'],
      computed: [
        ['{ citiesNear(latitude: 1, longitude: 1, radiusKm: 10) { name } }', 'read:City.location'],
        [`{ ${list(surface, 'nearby(radiusKm: 10) { name }')} }`, 'read:City.location'],
      ],
    } as const;
    const management = {
      rules: [
        'read:Query.lookupApiKey',
        'read:Query.unusedPrivileges',
        'read:ApiKey.privileges',
        'read:Role.privileges',
      ],
      computed: [
        ['{ lookupApiKey(by: { publicId: "x" }) { name } }', 'read:ApiKey.publicId'],
        [
          `{ unusedPrivileges(apiKeyId: "${own.objectId}", since: "2026-01-01T00:00:00Z") }`,
          'read:ApiKey.effectivePrivileges',
        ],
        [`{ ${list(surface, 'privileges effectivePrivileges')} }`, 'read:ApiKey.effectivePrivileges'],
      ],
    } as const;
    const { rules, computed } = surface.name === 'API' ? api : management;
    const { key } = await own.key([...weakRules(surface), ...rules]);
    const filtered = `{ ${surface.root}(first: 1, filter: ${surface.bySecretLiteral}) { totalCount } }`;
    const ordered = `{ ${surface.root}(first: 1, orderBy: { field: ${surface.secretOrder} }) { pageInfo { endCursor } } }`;
    for (const [query, needs] of [...computed, [filtered, rule], [ordered, surface.secretOrderNeeds]] as const) {
      expectRefused(await own.ask(key, query), needs);
    }
  });
});
