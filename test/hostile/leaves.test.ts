import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp({ places: true });
}, 60_000);
afterAll(() => test.close());

const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, n) => make(n)).join(' ');
const throttle = { maximumAvailable: 20_000, restoreRate: 1000, maximumCost: 5000 };

/** The cost, and the bytes of the answer for each point of it. */
async function ask(query: string, key: string) {
  const { body } = await test.graphql(key, query);
  const cost = body.extensions?.cost;
  const points = cost?.actualQueryCost ?? 0;
  return { requested: cost?.requestedQueryCost, points, bytesPerPoint: JSON.stringify(body).length / points };
}

it('sells no leaves of edges by the thousand', async () => {
  const { key } = await test.createKey(['read:*'], { throttle });
  const query = `{ ${times(10, (n) => `a${n}: cities(first: 100) { ...C }`)} }
    fragment C on CityConnection { edges { ${times(100, (n) => `c${n}: cursor`)} } }`;
  const { requested, points, bytesPerPoint } = await ask(query, key);
  expect([requested, points]).toEqual([10 + 1000, 10 + 1000]);
  expect(bytesPerPoint).toBeLessThan(20_000);
});

it('charges what is usual of a page as before', async () => {
  const { key } = await test.createKey(['read:*'], { throttle });
  const page = 'pageInfo { __typename hasNextPage hasPreviousPage startCursor endCursor }';
  const query = `{ cities(first: 20) { edges { __typename cursor node { name } } ${page} } }`;
  expect(await ask(query, key)).toMatchObject({ requested: 21, points: 21 });
});

it('charges for lists of scalars, and works the privileges of a key out once', async () => {
  const { key } = await test.createKey(['read:*'], { throttle });
  const { requested, points } = await ask(`{ viewer { ${times(100, (n) => `p${n}: privileges`)} } }`, key);
  expect([requested, points]).toEqual([1 + 9, 1 + 9]);
});

it('gives the root of an operation a hundred leaves', async () => {
  const { key } = await test.createKey(['read:*'], { throttle });
  expect(await ask(`{ ${times(100, (n) => `a${n}: __typename`)} }`, key)).toMatchObject({ requested: 1, points: 1 });
  expect(await ask(`{ ${times(1100, (n) => `a${n}: __typename`)} }`, key)).toMatchObject({ requested: 10, points: 10 });
});

it('charges for nulls of denied fields, in the estimate and in the actual cost', async () => {
  const { key } = await test.createKey(['read:Query', 'read:City.name'], { onDenied: 'NULL', throttle });
  const asked = (count: number) => `{ ${times(2, (n) => `a${n}: cities(first: 100) { nodes { name ...F } }`)} }
    fragment F on City { ${times(count, (n) => `b${n}: population`)} }`;
  expect(await ask(asked(99), key)).toMatchObject({ requested: 202, points: 202 });
  const { requested, points, bytesPerPoint } = await ask(asked(1000), key);
  expect([requested, points]).toEqual([2 + 200 * (1 + 10), 2 + 200 * (1 + 10)]);
  expect(bytesPerPoint).toBeLessThan(10_000);
});

it('charges for nulls of denied objects and lists as for leaves, and executes nothing of them', async () => {
  const { key } = await test.createKey(['read:Query.cities', 'read:City.name'], { onDenied: 'NULL', throttle });
  const query = `{ cities(first: 10) { nodes { name ${times(150, (n) => `c${n}: country { name }`)} } } }`;
  expect(await ask(query, key)).toMatchObject({ requested: 1 + 10 * (1 + 1), points: 1 + 10 * (1 + 1) });
});

it('charges nothing for what a key that refuses or hides may not read', async () => {
  for (const onDenied of ['REJECT', 'HIDE']) {
    const { key } = await test.createKey(['read:Query', 'read:City.name'], { onDenied, throttle });
    const { body } = await test.graphql(
      key,
      `{ cities(first: 1) { nodes { name ${times(300, (n) => `b${n}: population`)} } } }`,
    );
    expect(body.data ?? null).toBeNull();
    expect(body.extensions?.cost?.actualQueryCost ?? null).toBeNull();
  }
});
