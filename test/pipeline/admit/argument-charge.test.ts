import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pointsForSize, pointsForSteps } from '../../../src/pipeline/admit/reading-charge.ts';
import { type GraphqlAnswer, openTestApp, type TestApp } from '../../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp({ places: true });
});
afterAll(() => test.close());

const repeat = (times: number, text: (index: number) => string) =>
  Array.from({ length: times }, (_, index) => text(index)).join(' ');
const required = (aliases: number) =>
  `query ($document: String!) { ${repeat(aliases, (index) => `r${index}: requiredPrivileges(document: $document) { rule }`)} }`;
const explained = `query ($input: ExplainRequestInput!) { explainRequest(input: $input) { allowed } }`;
const register = `mutation ($input: RegisterDocumentsInput!) { registerDocuments(input: $input) { __typename } }`;

const short = '{ viewer { __typename } }';
const long = `${short}#${'x'.repeat(8_000)}`;
const wide = (key: string) =>
  `{ ${repeat(90, (i) => `a${i}: viewer { ...F }`)} } fragment F on Viewer { ${repeat(60, (i) => `${key}${i}: __typename`)} }`;

interface Spent {
  /** Points that were taken beside the actual cost. */
  readonly beside: number;
  readonly answer: GraphqlAnswer;
}

async function manager(throttle: object = {}): Promise<string> {
  const given = { type: 'MANAGEMENT', grantable: ['*'], applicationScope: 'ALL' };
  return (
    await test.createKey(['*'], { ...given, throttle: { maximumAvailable: 2000, restoreRate: 0.001, ...throttle } })
  ).key;
}

async function spent(document: string, variables: object, throttle?: object): Promise<Spent> {
  const key = await manager(throttle);
  const answer = await test.management(key, document, variables);
  const { actualQueryCost, throttleStatus } = answer.body.extensions.cost;
  const { body } = await test.management(key, short, {}, { headers: { 'GraphQL-Cost': 'validate' } });
  const left = body.extensions.cost.throttleStatus.currentlyAvailable;
  // What the answer says is left is what is left.
  expect(left).toBe(throttleStatus.currentlyAvailable);
  return { beside: throttleStatus.maximumAvailable - left - (actualQueryCost ?? 0), answer };
}

describe('a document that is an argument', () => {
  it('is read for nothing when it is short', async () => {
    const { beside, answer } = await spent(required(1), { document: short });
    expect(answer.codes).toEqual([]);
    expect(beside).toBe(0);
  });

  it.each([
    ['requiredPrivileges', required(1), { document: long }],
    ['registerDocuments', register, { input: { documents: [long] } }],
    [
      'registerDocuments of many short ones',
      register,
      {
        input: {
          documents: Array.from(
            { length: 80 },
            (_, index) => `query Q${index} { viewer { __typename } } #${'x'.repeat(60)}`,
          ),
        },
      },
    ],
    ['a document that is wrong', required(1), { document: `{ nothing }#${'x'.repeat(8_000)}` }],
  ])('is paid by its bytes, as if it were sent: %s', async (_, document, variables) => {
    const { document: text, input } = variables as { document?: string; input?: { documents: string[] } };
    const bytes = (text ? [text] : (input?.documents ?? [])).reduce((sum, one) => sum + one.length, 0);
    expect((await spent(document, variables)).beside).toBe(pointsForSize(bytes));
  });

  it('is paid by its bytes where a request is explained', async () => {
    const { id } = await test.createKey(['*']);
    const { beside, answer } = await spent(explained, { input: { apiKeyId: id, document: long } });
    expect(answer.codes).toEqual([]);
    expect(beside).toBe(pointsForSize(long.length));
  });

  it('is paid by its steps, and read once for a request however many fields ask about it', async () => {
    const text = wide('a');
    const once = await spent(required(1), { document: text });
    expect(once.answer.codes).toEqual([]);
    expect(once.beside).toBeGreaterThanOrEqual(pointsForSteps(5_400));
    expect((await spent(required(20), { document: text })).beside).toBe(once.beside);
  });

  it('pays for each of several, all together', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const declared = names.map((name) => `$${name}: String!`).join();
    const query = `query (${declared}) { ${names.map((name) => `${name}: requiredPrivileges(document: $${name}) { rule }`).join(' ')} }`;
    const documents = Object.fromEntries(names.map((name) => [name, wide(name)]));
    const one = await spent(required(1), { document: wide('a') });
    expect((await spent(query, documents)).beside).toBeGreaterThanOrEqual(one.beside * names.length);
  });

  it('needs no place of its own among what runs at once', async () => {
    const { answer, beside } = await spent(required(1), { document: long }, { inFlight: 1 });
    expect(answer.codes).toEqual([]);
    expect(beside).toBe(9);
  });

  it('is not read when the points are not there', async () => {
    const key = await manager({ maximumAvailable: 15, maximumCost: 15 });
    const answer = await test.management(key, required(1), { document: long });
    expect(answer.codes).toEqual(['THROTTLED']);
    expect(answer.body.errors[0].extensions).toMatchObject({ policy: 'cost' });
  });

  it('is told of in the log as what the request has cost', async () => {
    const { answer } = await spent(required(1), { document: long });
    const id = answer.headers.get('x-request-id') ?? 'none';
    const lines = test.log.filter((line) => line.includes(id)).map((line) => JSON.parse(line));
    expect(lines).toContainEqual(expect.objectContaining({ requestedQueryCost: 19, actualQueryCost: 19 }));
  });
});

it('registers nothing and reads nothing for a key whose scope is its own application', async () => {
  const own = await test.createKey(['*'], {
    type: 'MANAGEMENT',
    grantable: ['*'],
    throttle: { maximumAvailable: 2000, restoreRate: 0.001 },
  });
  const answer = await test.management(own.key, register, { input: { documents: [long] } });
  expect(answer.codes).toEqual(['PRIVILEGE_ESCALATION']);
  const { maximumAvailable, currentlyAvailable } = answer.body.extensions.cost.throttleStatus;
  expect(maximumAvailable - currentlyAvailable).toBe(answer.body.extensions.cost.actualQueryCost);
});
