import { expect } from 'vitest';
import { type GraphqlAnswer, type GraphqlOptions, openTestApp, type TestApp } from '../../support/test-app.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { type WatchedDatabase, watchDatabase } from '../../support/watched-database.ts';

/** The words of one surface for what the review asks of both. */
export interface ReviewedSurface {
  readonly name: 'API' | 'MANAGEMENT';
  readonly path: '/graphql' | '/admin/graphql';
  /** Its weak key may read `id` and `name` of this type. */
  readonly type: 'City' | 'ApiKey';
  /** And not this field of it, which filters, orders and inputs know too. */
  readonly secret: 'population' | 'externalId';
  readonly secretLiteral: string;
  readonly secretJson: unknown;
  /** A field of the type that holds an object of a hidden type. */
  readonly hiddenField: 'country' | 'application';
  /** A type of which the weak key sees nothing. */
  readonly hidden: 'Country' | 'Application';
  readonly root: 'cities' | 'apiKeys';
  /** A value of `<type>OrderField` that needs more than the weak key has, and what it needs. */
  readonly secretOrder: 'POPULATION' | 'CREATED_AT';
  readonly secretOrderNeeds: string;
  /** A filter by name, and one by the secret. */
  named(name: string): string;
  readonly bySecret: Readonly<Record<string, unknown>>;
  readonly bySecretLiteral: string;
  /** The field of mutations' payloads that holds the object. */
  readonly payload: 'city' | 'apiKey';
}

export const surfaces: readonly ReviewedSurface[] = [
  {
    name: 'API',
    path: '/graphql',
    type: 'City',
    secret: 'population',
    secretLiteral: '5',
    secretJson: 5,
    hiddenField: 'country',
    hidden: 'Country',
    root: 'cities',
    secretOrder: 'POPULATION',
    secretOrderNeeds: 'read:City.population',
    named: (name) => `{ name: { eq: "${name}" } }`,
    bySecret: { population: { gte: 1 } },
    bySecretLiteral: '{ population: { gte: 1 } }',
    payload: 'city',
  },
  {
    name: 'MANAGEMENT',
    path: '/admin/graphql',
    type: 'ApiKey',
    secret: 'externalId',
    secretLiteral: '"x"',
    secretJson: 'x',
    hiddenField: 'application',
    hidden: 'Application',
    root: 'apiKeys',
    secretOrder: 'CREATED_AT',
    secretOrderNeeds: 'read:ApiKey.createdAt',
    named: (name) => `{ name: "${name}" }`,
    bySecret: { externalId: 'x' },
    bySecretLiteral: '{ externalId: "x" }',
    payload: 'apiKey',
  },
];

/** Of one surface, in one app. */
export interface Reviewed {
  /** May read `id` and `name` of the surface's type, and every root field. */
  readonly weak: string;
  /** May do everything that wildcards give. */
  readonly strong: string;
  /** Global ids of an object of the surface's type, and of one of its hidden type. */
  readonly objectId: string;
  readonly hiddenId: string;
  /** An input of `create<type>` without the secret. */
  readonly newObject: Readonly<Record<string, unknown>>;
  ask(key: string, query: string, variables?: object, options?: GraphqlOptions): Promise<GraphqlAnswer>;
  /** Another key for this surface. */
  key(rules: readonly string[], input?: object): Promise<{ readonly id: string; readonly key: string }>;
  /** How many objects have the name, as the strong key counts them. */
  countNamed(name: string): Promise<number>;
}

export interface Stage {
  readonly test: TestApp;
  readonly watched: WatchedDatabase;
  readonly of: Readonly<Record<ReviewedSurface['name'], Reviewed>>;
}

/** One app with both surfaces and their keys: a file opens one. */
export async function openStage(): Promise<Stage> {
  const watched = watchDatabase(await openTestDatabase({ places: true }));
  const test = await openTestApp({ overrides: { database: watched.database } });
  return { test, watched, of: { API: await reviewApi(test), MANAGEMENT: await reviewManagement(test) } };
}

export const weakRules = ({ type, root }: ReviewedSurface): readonly string[] => [
  'read:Query.node',
  `read:Query.${root}`,
  `read:${type}.id`,
  `read:${type}.name`,
];

/** Writes and reads the type, but for its secret. */
export const writerRules = ({ type, secret }: ReviewedSurface): readonly string[] => [
  'read:Query',
  `read:${type}.id`,
  `read:${type}.name`,
  `write:Mutation.create${type}`,
  `update:Mutation.update${type}`,
  `write:${type}`,
  `!write:${type}.${secret}`,
  `update:${type}`,
  `!update:${type}.${secret}`,
];

/** A list of the surface's type with one object, or as many as `rest` says. */
export function list({ root }: ReviewedSurface, selection: string, rest = ''): string {
  return `${root}(first: 1${rest}) { nodes { ${selection} } }`;
}

async function reviewApi(test: TestApp): Promise<Reviewed> {
  const [surface] = surfaces as [ReviewedSurface];
  const ask: Reviewed['ask'] = (key, query, variables, options) => test.graphql(key, query, variables, options);
  const key: Reviewed['key'] = (rules, input) => test.createKey(rules, { plan: 'ENTERPRISE', ...input });
  const strong = (await key(['*'])).key;
  const { body } = await ask(strong, '{ cities(first: 1) { nodes { id country { id } } } }');
  const [city] = body.data.cities.nodes;
  return {
    weak: (await key(weakRules(surface))).key,
    strong,
    objectId: city.id,
    hiddenId: city.country.id,
    newObject: { name: 'New', countryCode: 'CH', latitude: 1, longitude: 1 },
    ask,
    key,
    countNamed: countedBy(surface, strong, ask),
  };
}

async function reviewManagement(test: TestApp): Promise<Reviewed> {
  const [, surface] = surfaces as [ReviewedSurface, ReviewedSurface];
  const ask: Reviewed['ask'] = (key, query, variables, options) => test.management(key, query, variables, options);
  const key: Reviewed['key'] = (rules, input) =>
    test.createKey(rules, { type: 'MANAGEMENT', grantable: ['*'], ...input });
  const weak = await key(weakRules(surface));
  const { body } = await ask(test.adminKey, 'query ($id: ID!) { apiKey(id: $id) { id application { id } } }', {
    id: weak.id,
  });
  return {
    weak: weak.key,
    strong: test.adminKey,
    objectId: weak.id,
    hiddenId: body.data.apiKey.application.id,
    newObject: { name: 'New', applicationId: body.data.apiKey.application.id, privileges: [] },
    ask,
    key,
    countNamed: countedBy(surface, test.adminKey, ask),
  };
}

function countedBy(surface: ReviewedSurface, strong: string, ask: Reviewed['ask']): Reviewed['countNamed'] {
  return async (name) => {
    const { body } = await ask(strong, `{ ${surface.root}(first: 1, filter: ${surface.named(name)}) { totalCount } }`);
    return body.data[surface.root].totalCount;
  };
}

/** Refused before anything ran, for exactly these privileges: no data, no cost, one error for each coordinate. */
export function expectRefused(answer: GraphqlAnswer, ...rules: readonly string[]): void {
  const { status, body, codes } = answer;
  const required = (body.errors ?? []).flatMap(
    ({ extensions }: { extensions: { required?: string[] } }) => extensions.required ?? [],
  );
  expect({ status, codes, required }).toEqual({ status: 403, codes: rules.map(() => 'FORBIDDEN'), required: rules });
  expect(body).not.toHaveProperty('data');
}

/** Answered whole. */
export function expectServed(answer: GraphqlAnswer): void {
  expect([answer.status, answer.body.errors]).toEqual([200, undefined]);
}
