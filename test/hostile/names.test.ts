import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hostileNames } from '../support/hostile-names.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let key: string;
let nulls: string;
beforeAll(async () => {
  test = await openTestApp({ places: true });
  key = (await test.createKey(['*:*'], { plan: 'ENTERPRISE' })).key;
  nulls = (await test.createKey(['*:*', '!read:City.population'], { plan: 'ENTERPRISE', onDenied: 'NULL' })).key;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

/** As the wire has it: an object literal cannot say `__proto__`. */
const named = (name: string, value: unknown) => JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`);

describe.each(hostileNames)('a caller that calls something %s', (name) => {
  it('gets what the variable of that name says, and pays for it', async () => {
    const ask = (variable: string, first: number) =>
      test.graphql(
        key,
        `query ($${variable}: Int!) { cities(first: $${variable}) { nodes { a: name nearby(radiusKm: 9, first: $${variable}) { name } } } }`,
        named(variable, first),
      );
    const [plain, hostile, none] = [await ask('n', 3), await ask(name, 3), await ask(name, 0)];
    expect(hostile.body.data.cities.nodes).toHaveLength(3);
    expect(hostile.body.data).toEqual(plain.body.data);
    const paid = ({ body }: typeof plain) => [
      body.extensions.cost.requestedQueryCost,
      body.extensions.cost.actualQueryCost,
    ];
    expect(paid(hostile)).toEqual(paid(plain));
    expect(none.body.data.cities.nodes).toEqual([]);
    expect(none.body.extensions.cost.requestedQueryCost).toBeLessThan(plain.body.extensions.cost.requestedQueryCost);
  });

  it('gets the default of a variable that it leaves out, and of nothing inherited', async () => {
    const withDefault = await test.graphql(
      key,
      `query ($${name}: Int = 2) { cities(first: $${name}) { nodes { name } } }`,
    );
    expect(withDefault.body.data.cities.nodes).toHaveLength(2);
    const without = await test.graphql(key, `query ($${name}: Int) { cities(first: $${name}) { nodes { name } } }`);
    expect(without.body.data.cities.nodes).toHaveLength(20);
    const condition = await test.graphql(
      key,
      `query ($${name}: Boolean = false) { a: rateLimit @include(if: $${name}) { maximumCost } b: rateLimit @skip(if: $${name}) { maximumCost } }`,
    );
    expect(Object.keys(condition.body.data)).toEqual(['b']);
  });

  it('is answered under that name, beside others', async () => {
    const reserved = name === '__typename' ? 'another' : name;
    const query = `query ${name} { ${reserved}: country(code: "CH") { ${reserved}: name b: code ...${name} } z: country(code: "FR") { ${reserved}: code } } fragment ${name} on Country { c: region }`;
    for (const caller of [key, nulls]) {
      const { body } = await test.graphql(caller, query, {}, { operationName: name });
      const { data } = body;
      expect(Object.keys(data)).toEqual([reserved, 'z']);
      const switzerland = Object.getOwnPropertyDescriptor(data, reserved)?.value;
      expect(Object.entries(switzerland)).toEqual([
        [reserved, 'Switzerland'],
        ['b', 'CH'],
        ['c', 'Europe'],
      ]);
      expect(Object.entries(data.z)).toEqual([[reserved, 'FR']]);
    }
  });

  it('is answered so where a part is denied and where it asks for the schema', async () => {
    if (name === '__typename') return;
    const denied = await test.graphql(
      nulls,
      `{ cities(first: 1) { nodes { ${name}: population a: name } } ${name}: __type(name: "City") { ${name}: name } }`,
    );
    expect(Object.entries(denied.body.data.cities.nodes[0])).toEqual([
      [name, null],
      ['a', expect.any(String)],
    ]);
    const type = Object.getOwnPropertyDescriptor(denied.body.data, name)?.value;
    expect(Object.entries(type)).toEqual([[name, 'City']]);
  });

  it('is told of a member of that name where none is known', async () => {
    const inInput = await test.graphql(
      key,
      'query ($filter: CityFilter) { cities(filter: $filter) { nodes { name } } }',
      { filter: named(name === 'name' ? '_name' : name, { eq: 'x' }) },
    );
    expect([inInput.status, inInput.codes]).toEqual([400, ['BAD_USER_INPUT']]);
    const inLiteral = await test.graphql(key, `{ cities(filter: { ${name}_: 1 }) { nodes { name } } }`);
    expect(inLiteral.codes).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    const unknown = await test.graphql(key, `{ cities(${name}: 1) { nodes { ${name} } } }`);
    expect(unknown.status).toBe(400);
  });

  it('is refused or heard as a member of the body, and never our fault', async () => {
    const body = `{"query":"{ rateLimit { maximumCost } }",${JSON.stringify(name)}:{"a":1}}`;
    const response = await test.fetch('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
      body,
    });
    expect(response.status, await response.clone().text()).toBe(name === 'extensions' ? 200 : 400);
    for (const part of ['variables', 'extensions']) {
      const inside = await test.fetch('/graphql', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
        body: `{"query":"{ rateLimit { maximumCost } }","${part}":{${JSON.stringify(name)}:{"a":1}}}`,
      });
      expect(inside.status).toBe(200);
    }
  });
});

describe('a body that looks like a promise', () => {
  it.each([
    ['{"query":"{ rateLimit { maximumCost } }","then":1,"catch":1,"finally":1}'],
    ['{"then":"x","catch":{},"finally":[]}'],
    ['{"query":"{ rateLimit { maximumCost } }","__proto__":{"variables":{"a":1}},"then":{}}'],
  ])('is refused as any other member: %s', async (body) => {
    const response = await test.fetch('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
      body,
    });
    expect(response.status, await response.text()).toBe(400);
  });
});

describe('the name of an operation', () => {
  const query = 'query A { rateLimit { maximumCost } } query B { a: rateLimit { maximumCost } }';
  const only = '{ rateLimit { maximumCost } }';
  const post = async (body: object) => {
    const response = await test.fetch('/graphql', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/graphql-response+json',
        'X-API-Key': key,
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const get = async (text: string, operationName: string) => {
    const response = await test.fetch(`/graphql?${new URLSearchParams({ query: text, operationName })}`, {
      headers: { Accept: 'application/graphql-response+json', 'X-API-Key': key },
    });
    return { status: response.status, body: await response.json() };
  };

  it('that is empty is none, by GET and POST alike', async () => {
    for (const answer of [await post({ query: only, operationName: '' }), await get(only, '')]) {
      expect([answer.status, Object.keys(answer.body.data)]).toEqual([200, ['rateLimit']]);
    }
    for (const answer of [await post({ query, operationName: '' }), await get(query, '')]) {
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0].extensions.code).toBe('OPERATION_RESOLUTION_FAILURE');
    }
  });

  it.each([[5], [true], [{}], [['A']], [{ length: 3 }]])('that is no text is refused: %j', async (operationName) => {
    const { status, body } = await post({ query, operationName });
    expect([status, body.errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
  });
});
