import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IssuedKey, openTestApp, type TestApp } from '../../support/test-app.ts';

const day = 86_400_000;
let test: TestApp;
let stranger: IssuedKey;
/** By what is wrong with them. */
const keys = new Map<string, string>();

/** As a key should be; its end is given when it is made. */
const fine = { restrictions: { server: { allowedIps: ['0.0.0.0/0'] } } };

beforeAll(async () => {
  test = await openTestApp({ environment: { KEY_MAX_VALIDITY: 'none' } });
  const end = new Date(test.clock.now() + 3000 * day).toISOString();
  const texts = new Map<string, string>();
  const make = async (name: string, privileges: string[], input: object = {}) => {
    const made = await test.createKey(['read:Query.cities', ...privileges], {
      ...fine,
      expiresAt: end,
      name,
      ...input,
    });
    keys.set(name, made.id);
    texts.set(name, made.key);
  };
  await make('for ever', ['read:City'], { expiresAt: null });
  await make('unrestricted', ['read:City'], { restrictions: null });
  await make('restricted in its operations only', ['read:City'], {
    restrictions: { api: { operationTypes: ['QUERY'] } },
  });
  await make('wildcard', ['read:City', 'read:*', '!read:*.population']);
  await make('idle', ['read:City']);
  await make('unused', ['read:City', 'read:Country.name', 'write:Mutation.createCity']);
  await make('disabled', ['*'], { expiresAt: null });
  await make('fine', ['read:City']);
  test.clock.advance(100 * day);
  await mutate('disableApiKey', keys.get('disabled'));
  for (const [name, key] of texts) if (!['idle', 'disabled'].includes(name)) await use(key);
  const other = await test.management(
    test.adminKey,
    'mutation { createApplication(input: { name: "B", ownerName: "B", ownerEmail: "b@example.com" }) { application { id } } }',
  );
  const applicationId = other.body.data.createApplication.application.id;
  stranger = await test.createKey(['read:*'], { applicationId, type: 'MANAGEMENT', expiresAt: end });
});
afterAll(() => test.close());

function mutate(field: string, id: string | undefined) {
  return test.management(test.adminKey, `mutation ($id: ID!) { ${field}(input: { id: $id }) { apiKey { id } } }`, {
    id,
  });
}

/** The key reads names of cities; what it used is counted as always. */
async function use(key: string): Promise<void> {
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
    body: JSON.stringify({ query: '{ cities(first: 1) { nodes { name } } }' }),
  };
  const response = await test.fetch('/graphql', init, { peerAddress: '192.0.2.1', repeatedCredentials: false });
  expect((await response.json()).errors).toBeUndefined();
}

const document = `query ($kinds: [HygieneFindingKind!], $first: Int, $after: String) {
  hygiene(kinds: $kinds, first: $first, after: $after) {
    totalCount
    nodes { kind apiKey { id name } message since rules }
    pageInfo { hasNextPage endCursor }
  }
}`;

// biome-ignore lint/suspicious/noExplicitAny: an answer
async function hygiene(variables: object = {}, key = test.adminKey): Promise<any> {
  const { body } = await test.management(key, document, { first: 100, ...variables });
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body.data.hygiene;
}

async function namesOf(kind: string): Promise<string[]> {
  const { nodes } = await hygiene({ kinds: [kind] });
  const known = nodes.filter((node: { apiKey: { id: string } }) => [...keys.values()].includes(node.apiKey.id));
  return known.map((node: { apiKey: { name: string } }) => node.apiKey.name).sort();
}

describe('hygiene', () => {
  it.each<[string, string[]]>([
    ['NEVER_EXPIRES', ['for ever']],
    ['IDLE', ['idle']],
    ['UNRESTRICTED', ['restricted in its operations only', 'unrestricted']],
    ['WILDCARDS', ['wildcard']],
    ['UNUSED_PRIVILEGES', ['unused']],
    ['OLD_SECRET', []],
    ['OLD_PEPPER', []],
  ])('finds keys of kind %s among those that work', async (kind, names) => {
    expect(await namesOf(kind)).toEqual(names);
  });

  it('says which rules it means, and since when', async () => {
    const { nodes } = await hygiene({ kinds: ['WILDCARDS', 'UNUSED_PRIVILEGES', 'IDLE'] });
    const byName = new Map(nodes.map((node: { apiKey: { name: string } }) => [node.apiKey.name, node]));
    expect(byName.get('wildcard')).toMatchObject({ rules: ['read:*'], message: expect.stringContaining('wildcard') });
    expect(byName.get('unused')).toMatchObject({ rules: ['read:Country.name', 'write:Mutation.createCity'] });
    expect(byName.get('idle')).toMatchObject({
      since: new Date(test.clock.now() - 100 * day).toISOString(),
      rules: [],
    });
  });

  it('finds old secrets, and no longer after a rotation', async () => {
    test.clock.advance(81 * day);
    const old = await namesOf('OLD_SECRET');
    expect(old).toEqual([...keys.keys()].filter((name) => name !== 'disabled').sort());
    const rotate = 'mutation ($id: ID!) { rotateApiKey(input: { id: $id }) { apiKey { id } } }';
    await test.management(test.adminKey, rotate, { id: keys.get('fine') });
    expect(await namesOf('OLD_SECRET')).toEqual(old.filter((name) => name !== 'fine'));
  });

  it('answers in pages the same as at once, and counts', async () => {
    const whole = await hygiene();
    const pages: unknown[] = [];
    let after: string | null = null;
    do {
      const page = await hygiene({ first: 3, after });
      pages.push(...page.nodes);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(whole.nodes.length).toBeGreaterThan(10);
    expect(pages).toEqual(whole.nodes);
    expect(whole.totalCount).toBe(whole.nodes.length);
    expect(whole.pageInfo.hasNextPage).toBe(false);
  });

  it('shows a key of scope OWN what is of its application', async () => {
    const { nodes } = await hygiene({}, stranger.key);
    expect(nodes.length).toBeGreaterThan(0);
    for (const node of nodes) expect(node.apiKey.id).toBe(stranger.id);
  });

  it('refuses a page that is too large, and a cursor of other kinds', async () => {
    const { pageInfo } = await hygiene({ first: 1, kinds: ['OLD_SECRET'] });
    const other = { first: 1, kinds: ['NEVER_EXPIRES'], after: pageInfo.endCursor };
    expect((await test.management(test.adminKey, document, other)).codes).toEqual(['BAD_USER_INPUT']);
    expect((await test.management(test.adminKey, document, { first: 101 })).codes).toEqual(['PAGE_SIZE_OUT_OF_RANGE']);
  });
});
