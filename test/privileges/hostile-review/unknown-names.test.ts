import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { list, openStage, type Reviewed, type ReviewedSurface, type Stage, surfaces, weakRules } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.test.close());
beforeEach(() => stage.test.clock.advance(60_000));

interface Misspelt {
  readonly what: string;
  readonly query: (name: string) => string;
  readonly variables?: (name: string) => object;
  /** Stands one letter from it; nothing that the key sees is near. */
  readonly hidden: string;
  /** Of a key that sees less than the weak one. */
  readonly rules?: readonly string[];
}

function misspeltOn(surface: ReviewedSurface): readonly Misspelt[] {
  const { type, secret, secretOrder, hidden } = surface;
  const filter = `query ($v: ${type}Filter) { ${list(surface, 'id', ', filter: $v')} }`;
  const order = `query ($v: ${type}Order) { ${list(surface, 'id', ', orderBy: $v')} }`;
  const bySecret = (name: string) => ({ [name]: surface.bySecret[secret] });
  const [root, field] = surface.name === 'API' ? ['countries', 'region'] : ['apiKeys', 'status'];
  const shown = surface.name === 'API' ? 'Country' : 'ApiKey';
  return [
    { what: 'a field', query: (name) => `{ ${list(surface, name)} }`, hidden: secret },
    {
      what: 'an argument',
      query: (name) => `{ ${root}(first: 1, ${name}: { field: NAME }) { nodes { ${field} } } }`,
      hidden: 'orderBy',
      rules: [`read:Query.${root}`, `read:${shown}.${field}`],
    },
    {
      what: 'a root field',
      query: (name) => `{ ${name}(first: 1) { nodes { id } } }`,
      hidden: surface.name === 'API' ? 'countries' : 'applications',
    },
    {
      what: 'an input key',
      query: (name) => `{ ${list(surface, 'id', `, filter: ${surface.bySecretLiteral.replace(secret, name)}`)} }`,
      hidden: secret,
    },
    {
      what: 'an input key in a variable',
      query: () => filter,
      variables: (name) => ({ v: bySecret(name) }),
      hidden: secret,
    },
    {
      what: 'an enum value',
      query: (name) => `{ ${list(surface, 'id', `, orderBy: { field: ${name} }`)} }`,
      hidden: secretOrder,
    },
    {
      what: 'an enum value in a variable',
      query: () => order,
      variables: (name) => ({ v: { field: name } }),
      hidden: secretOrder,
    },
    { what: 'a type condition', query: (name) => `{ node(id: "x") { ... on ${name} { id } } }`, hidden },
    {
      what: 'a type of a fragment',
      query: (name) => `{ node(id: "x") { ...F } } fragment F on ${name} { id }`,
      hidden,
    },
    {
      what: 'a type of a variable',
      query: (name) => `query ($v: ${name}) { ${list(surface, 'id')} }`,
      hidden: `Create${type}Input`,
    },
  ];
}

/** As long as the other, and near to nothing. */
const randomLike = (name: string): string => 'zqxjkvwzqxjkvwzqxjkvw'.slice(0, name.length);

describe.each(surfaces)('names that the key does not see, on $path', (surface) => {
  const { secret, hiddenField, name } = surface;
  let own: Reviewed;
  const keys = new Map<string, string>();
  beforeAll(() => {
    own = stage.of[name];
  });
  async function keyFor(rules: readonly string[], onDenied: string): Promise<string> {
    const known = keys.get(`${onDenied} ${rules}`);
    const key = known ?? (await own.key(rules, { onDenied })).key;
    keys.set(`${onDenied} ${rules}`, key);
    return key;
  }
  /** Status, headers and body as they are sent, with the name taken out. */
  async function answerTo(key: string, query: string, variables: object, taken: string): Promise<string> {
    const response = await stage.test.fetch(surface.path, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/graphql-response+json',
        'X-API-Key': key,
        'X-Request-Id': 'same',
      },
      body: JSON.stringify({ query, variables }),
    });
    expect(response.status).toBe(400);
    return JSON.stringify([[...response.headers], await response.text()]).replaceAll(
      new RegExp(`\\b${taken}\\b(?!/graphql)`, 'g'),
      '□',
    );
  }

  describe.each(['REJECT', 'NULL', 'HIDE'])('under %s', (onDenied) => {
    it.each(misspeltOn(surface))('T19 $what that is nearly right is answered as any other mistake', async (given) => {
      const { query, variables = () => ({}), hidden, rules = weakRules(surface) } = given;
      const key = await keyFor(rules, onDenied);
      const near = hidden.slice(0, -1);
      const answer = await answerTo(key, query(near), variables(near), near);
      expect(answer).not.toMatch(/Did you mean/);
      expect(answer).not.toContain(hidden);
      const random = randomLike(near);
      expect(answer).toBe(await answerTo(key, query(random), variables(random), random));
    });

    it.each([
      ['a leaf with a selection', secret, (field: string) => `${field} { x }`],
      ['an object without one', hiddenField, (field: string) => field],
      ['an object with an unknown argument', hiddenField, (field: string) => `${field}(x: 1) { id }`],
    ])('T20 %s tells no more of a hidden field than of one that nobody has', async (_, field, selected) => {
      const key = await keyFor(weakRules(surface), onDenied);
      const query = (asked: string) => `{ ${list(surface, `id ${selected(asked)}`)} }`;
      const answer = await answerTo(key, query(field), {}, field);
      expect(answer).not.toMatch(/selection|Did you mean|argument/);
      expect(answer).toBe(await answerTo(key, query(randomLike(field)), {}, randomLike(field)));
    });
  });
});
