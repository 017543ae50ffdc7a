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
  writerRules,
} from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.test.close());
beforeEach(() => stage.test.clock.advance(60_000));

describe.each(surfaces)('inputs on $path', (surface) => {
  const { type, secret, secretLiteral, secretJson, payload, name } = surface;
  const create = `mutation ($input: Create${type}Input!) { create${type}(input: $input) { ${payload} { id } } }`;
  const update = `mutation ($input: Update${type}Input!) { update${type}(input: $input) { ${payload} { id } } }`;
  const mayNotWrite = `write:${type}.${secret}`;
  const mayNotUpdate = `update:${type}.${secret}`;
  let own: Reviewed;
  let writer: string;
  beforeAll(async () => {
    own = stage.of[name];
    writer = (await own.key(writerRules(surface))).key;
  });
  const ask = (query: string, variables?: object) => own.ask(writer, query, variables);
  /** Refused, and no object has the name that it would have got. */
  const refused = async (rule: string, title: string, query: string, variables?: object) => {
    expectRefused(await ask(query, variables), rule);
    expect(await own.countNamed(title)).toBe(0);
  };

  it('T21 a mutation that sets a denied field in a literal is refused, and changes nothing', async () => {
    const literal = `{ id: "${own.objectId}", name: "T21", ${secret}: ${secretLiteral} }`;
    await refused(mayNotUpdate, 'T21', `mutation { update${type}(input: ${literal}) { ${payload} { id } } }`);
    await refused(mayNotUpdate, 'T21', `mutation { update${type}(input: ${literal}) { __typename } }`);
  });

  it('T22 and in the variable of the input, of the field, and in a default of the document', async () => {
    const input = { id: own.objectId, name: 'T22', [secret]: secretJson };
    await refused(mayNotUpdate, 'T22', update, { input });
    await refused(mayNotWrite, 'T22', create, { input: { ...own.newObject, name: 'T22', [secret]: secretJson } });
    const scalar = name === 'API' ? 'Int' : 'String';
    const nested = (definition: string) =>
      `mutation (${definition}) { update${type}(input: { id: "${own.objectId}", name: "T22", ${secret}: $v }) { ${payload} { id } } }`;
    await refused(mayNotUpdate, 'T22', nested(`$v: ${scalar}`), { v: secretJson });
    await refused(mayNotUpdate, 'T22', nested(`$v: ${scalar} = ${secretLiteral}`));
    const byDefault = `mutation ($input: Update${type}Input! = { id: "${own.objectId}", name: "T22", ${secret}: ${secretLiteral} }) {
      update${type}(input: $input) { ${payload} { id } } }`;
    await refused(mayNotUpdate, 'T22', byDefault);
  });

  it('T22 and in a list: an item that is a variable, and a single value that stands for a list', async () => {
    if (name === 'API') {
      // No mutation of the protected API takes a list, its filters do.
      const filtered = (definition: string, value: string) =>
        `query (${definition}) { ${list(surface, 'name', `, filter: { population: { in: ${value} } }`)} }`;
      for (const [query, variables] of [
        [filtered('$v: Int!', '[$v]'), { v: 5 }],
        [filtered('$v: [Int!]', '$v'), { v: [5] }],
        [filtered('$v: [Int!]', '$v'), { v: 5 }],
        [filtered('$v: Int!', '[1, $v]'), { v: 5 }],
      ] as const) {
        expectRefused(await ask(query, variables), 'read:City.population');
      }
      return;
    }
    const rule = 'write:AndroidApplication.sha1Fingerprint';
    const rules = ['write:*', '!write:AndroidApplication.sha1Fingerprint', 'read:ApiKey.id'];
    const { key } = await own.key(rules);
    const app = { packageName: 'x.y', sha1Fingerprint: 'ab'.repeat(20) };
    const literal = (apps: string) =>
      `{ applicationId: "${own.hiddenId}", name: "T22", privileges: [], restrictions: { android: { allowedApplications: ${apps} } } }`;
    const mutation = (definition: string, apps: string) =>
      `mutation (${definition}) { createApiKey(input: ${literal(apps)}) { apiKey { id } } }`;
    for (const [query, variables] of [
      [mutation('$app: AndroidApplicationInput!', '[$app]'), { app }],
      [mutation('$apps: [AndroidApplicationInput!]!', '$apps'), { apps: [app] }],
      [mutation('$apps: [AndroidApplicationInput!]!', '$apps'), { apps: app }],
      [mutation('$sha: String!', '{ packageName: "x.y", sha1Fingerprint: $sha }'), { sha: app.sha1Fingerprint }],
    ] as const) {
      expectRefused(await own.ask(key, query, variables), rule);
    }
    expect(await own.countNamed('T22')).toBe(0);
  });

  it('T23 an explicit null is supplied, a variable without a value is not', async () => {
    const literal = (value: string) => `{ id: "${own.objectId}", name: "T23", ${secret}: ${value} }`;
    await refused(mayNotUpdate, 'T23', `mutation { update${type}(input: ${literal('null')}) { ${payload} { id } } }`);
    await refused(mayNotUpdate, 'T23', update, { input: { id: own.objectId, name: 'T23', [secret]: null } });
    const scalar = name === 'API' ? 'Int' : 'String';
    const nested = `mutation ($v: ${scalar}) { update${type}(input: ${literal('$v')}) { ${payload} { id } } }`;
    await refused(mayNotUpdate, 'T23', nested, { v: null });
    expectServed(await ask(nested));
    expect(await own.countNamed('T23')).toBe(1);
  });

  it('T24 an unknown key of a variable is an error without a suggestion, an unused variable is nothing', async () => {
    const answerTo = async (key: string) => {
      const input = { ...own.newObject, name: 'T24', [key]: secretJson };
      const { status, body } = await own.ask(writer, create, { input });
      return { status, codes: body.errors?.length, text: JSON.stringify(body).replaceAll(key, '□') };
    };
    const near = secret.slice(0, -1);
    const answer = await answerTo(near);
    expect(answer.status).toBe(400);
    expect(answer.text).not.toMatch(new RegExp(`Did you mean|${secret}|"data"`));
    expect(answer.text).toContain('BAD_USER_INPUT');
    expect(answer).toEqual(await answerTo('zqxjkvwzqxjk'.slice(0, near.length)));
    expect(await own.countNamed('T24')).toBe(0);

    const unused = { input: { ...own.newObject, name: 'T24' }, [secret]: secretJson, other: { [secret]: secretJson } };
    expectServed(await ask(create, unused));
    expect(await own.countNamed('T24')).toBe(1);
  });

  it('T25 of an allowed and a denied mutation in one operation, neither runs', async () => {
    const both = `mutation ($a: Create${type}Input!, $b: Create${type}Input!) {
      a: create${type}(input: $a) { ${payload} { id } } b: create${type}(input: $b) { ${payload} { id } } }`;
    const a = { ...own.newObject, name: 'T25' };
    await refused(mayNotWrite, 'T25', both, { a, b: { ...a, [secret]: secretJson } });
    const other = `mutation ($a: Create${type}Input!) { create${type}(input: $a) { ${payload} { id } }
      delete${type}(input: { id: "${own.objectId}" }) { __typename } }`;
    const { status, body } = await ask(other, { a });
    expect([status, 'data' in body]).toEqual([403, false]);
    expect(JSON.stringify(body)).toContain(`update:Mutation.delete${type}`);
    expect(await own.countNamed('T25')).toBe(0);
    expectServed(await ask(both, { a, b: a }));
    expect(await own.countNamed('T25')).toBe(2);
  });

  it('T26 who may create does not change, and who may change does not create', async () => {
    const rules = (verb: string) => [...weakRules(surface), `${verb}:Mutation`, `${verb}:${type}`];
    const creator = (await own.key(rules('write'))).key;
    const changer = (await own.key(rules('update'))).key;
    const changed = { input: { id: own.objectId, name: 'T26' } };
    const made = { input: { ...own.newObject, name: 'T26' } };
    expectRefused(await own.ask(creator, update, changed), `update:Mutation.update${type}`, `update:${type}.name`);
    const createdBy = await own.ask(changer, create, made);
    expect(createdBy.status).toBe(403);
    const required = createdBy.body.errors.flatMap(
      (error: { extensions: { required: string[] } }) => error.extensions.required,
    );
    expect(required).toEqual(expect.arrayContaining([`write:Mutation.create${type}`, `write:${type}.name`]));
    expect(required.filter((rule: string) => !rule.startsWith('write:'))).toEqual([]);
    expect(await own.countNamed('T26')).toBe(0);
    expectServed(await own.ask(creator, create, made));
    expectServed(await own.ask(changer, update, changed));
    // The management API has no upsert.
    if (name === 'MANAGEMENT') return;
    const upsert = 'mutation ($input: UpsertCityInput!) { upsertCity(input: $input) { city { id } } }';
    const upserted = { input: { ...own.newObject, name: 'T26 upserted' } };
    for (const [key, verb] of [
      [creator, 'update'],
      [changer, 'write'],
    ] as const) {
      const { status, body } = await own.ask(key, upsert, upserted);
      expect(status).toBe(403);
      expect(JSON.stringify(body.errors)).toContain(`${verb}:Mutation.upsertCity`);
      expect(JSON.stringify(body.errors)).toContain(`${verb}:City.name`);
    }
    expect(await own.countNamed('T26 upserted')).toBe(0);
  });

  it('T27 a mutation whose payload shows what may not be read is refused before it writes', async () => {
    const made = { input: { ...own.newObject, name: 'T27' } };
    const showing = (selection: string) => create.replace('{ id }', `{ ${selection} }`);
    await refused(`read:${type}.${secret}`, 'T27', showing(`id ${secret}`), made);
    await refused(`read:${type}.${secret}`, 'T27', showing(`id: ${secret}`), made);
    // Under NULL too: partial data is for queries.
    const { key } = await own.key(writerRules(surface), { onDenied: 'NULL' });
    expectRefused(await own.ask(key, showing(`id ${secret}`), made), `read:${type}.${secret}`);
    expect(await own.countNamed('T27')).toBe(0);
    expectServed(await ask(showing('id name'), made));
    expect(await own.countNamed('T27')).toBe(1);
  });
});
