import { describe, expect, test } from 'vitest';
import type { CompiledSchema } from '../../../src/plan/compiled-schema.ts';
import { ofBit } from '../../../src/plan/privilege-bit.ts';
import { missing } from '../held.ts';
import { github, storefront } from './real-schemas.ts';

const onGithub = github();
const onStorefront = storefront();
/** By name, so that no test's title has to print one. */
const schemas = { GitHub: onGithub, Shopify: onStorefront };
type SchemaName = keyof typeof schemas;

function structures(schema: CompiledSchema): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { structure = 'DATA' } of schema.objects) counts[structure] = (counts[structure] ?? 0) + 1;
  return counts;
}

function verbsOf(schema: CompiledSchema, mutation: string): string[] {
  const needs = schema.mutationType?.fields.get(mutation)?.needs ?? [];
  return needs
    .map((bit) => ofBit(schema.coordinates, bit))
    .filter(({ coordinate }) => coordinate.type === 'Mutation')
    .map(({ verb }) => verb);
}

describe('what is known of a schema that was not written for Fieldpass', () => {
  test('GitHub: coordinates, and what each object type is for', () => {
    expect(onGithub.objects.length).toBe(907);
    expect(onGithub.coordinates.length).toBe(6622);
    expect(structures(onGithub)).toEqual({
      ROOT: 2,
      PAYLOAD: 242,
      CONNECTION: 147,
      EDGE: 143,
      PAGE_INFO: 1,
      DATA: 372,
    });
    expect([...(onGithub.mutationType?.fields.keys() ?? [])]).toHaveLength(242);
  });

  test('Shopify: coordinates, and what each object type is for', () => {
    expect(onStorefront.objects.length).toBe(262);
    expect(onStorefront.coordinates.length).toBe(1261);
    expect(structures(onStorefront)).toEqual({
      ROOT: 2,
      PAYLOAD: 41,
      CONNECTION: 27,
      EDGE: 27,
      PAGE_INFO: 1,
      DATA: 164,
    });
  });

  test.each<[SchemaName, string, string]>([
    ['GitHub', 'IssueConnection.edges', 'TRANSPARENT'],
    ['GitHub', 'IssueConnection.nodes', 'TRANSPARENT'],
    ['GitHub', 'IssueEdge.node', 'TRANSPARENT'],
    ['GitHub', 'PageInfo.endCursor', 'TRANSPARENT'],
    ['GitHub', 'CreateIssuePayload.issue', 'TRANSPARENT'],
    // Data on edges and on payloads stays data.
    ['GitHub', 'StarredRepositoryEdge.starredAt', 'GATED'],
    ['GitHub', 'OrganizationMemberEdge.role', 'GATED'],
    ['GitHub', 'LanguageConnection.totalSize', 'GATED'],
    ['GitHub', 'CreateIssuePayload.clientMutationId', 'GATED'],
    ['GitHub', 'Issue.title', 'GATED'],
    ['Shopify', 'ProductConnection.nodes', 'TRANSPARENT'],
    ['Shopify', 'ProductConnection.filters', 'GATED'],
    // Edges of strings lead to no object: the shape proves no connection.
    ['Shopify', 'StringConnection.edges', 'GATED'],
  ])('%s: %s is %s', (name, text, access) => {
    expect(schemas[name].byText.get(text)?.access).toBe(access);
  });

  test.each<[SchemaName, string, string[]]>([
    ['GitHub', 'createIssue', ['write']],
    ['GitHub', 'addStar', ['write']],
    ['GitHub', 'updateIssue', ['update']],
    ['GitHub', 'deleteIssue', ['update']],
    ['Shopify', 'cartCreate', ['write']],
    ['Shopify', 'cartLinesRemove', ['update']],
  ])('%s: %s needs %j', (name, mutation, expected) => {
    expect(verbsOf(schemas[name], mutation)).toEqual(expected);
  });

  test('a delete is a change of every field of what it deletes', () => {
    const lacks = missing(
      'mutation { deleteIssue(input: { issueId: "x" }) { clientMutationId } }',
      ['update:Mutation.deleteIssue', 'update:DeleteIssueInput', 'update:Issue', '!update:Issue.title', 'read:*'],
      {},
      onGithub,
    );
    expect(lacks).toEqual(['update:Issue.title']);
  });
});

/** One key with few fields; each document is judged for it. */
const reader = [
  'read:Query.repository',
  'read:Query.node',
  'read:Query.search',
  'read:Repository.name',
  'read:Repository.issues',
  'read:Repository.owner',
  'read:Issue.title',
  'read:Issue.number',
  'read:Issue.id',
  'read:User.login',
  'read:Organization.login',
  'write:Mutation.createIssue',
  'write:Issue.title',
  'write:Issue.repository',
];
const repository = 'repository(owner: "o", name: "n")';

describe('a key with few fields, on GitHub', () => {
  test.each<[string, object, string[]]>([
    [`{ ${repository} { name issues(first: 3) { totalCount nodes { number title } } } }`, {}, []],
    [`{ ${repository} { issues(first: 3) { nodes { title body } } } }`, {}, ['read:Issue.body']],
    [
      `{ ${repository} { issues(first: 3) { edges { cursor node { title: bodyText } } } } }`,
      {},
      ['read:Issue.bodyText'],
    ],
    // An interface: of the owner's two types, both of which the key can see.
    [`{ ${repository} { owner { login } } }`, {}, []],
    [`{ ${repository} { owner { login url } } }`, {}, ['read:Organization.url', 'read:User.url']],
    [`{ ${repository} { owner { ... on User { email } } } }`, {}, ['read:User.email']],
    // The global id leads to whatever type a fragment names.
    ['{ node(id: "x") { id } }', {}, ['read:Organization.id', 'read:Repository.id', 'read:User.id']],
    ['{ node(id: "x") { ... on Issue { id title } } }', {}, []],
    ['{ node(id: "x") { ... on PullRequest { title } } }', {}, ['read:PullRequest.title']],
    // A union.
    ['{ search(query: "q", type: ISSUE, first: 3) { nodes { __typename ... on Issue { title } } } }', {}, []],
    [
      '{ search(query: "q", type: USER, first: 3) { issueCount nodes { ... on User { login bio } ... on Issue { body } } } }',
      {},
      ['read:Issue.body', 'read:SearchResultItemConnection.issueCount', 'read:User.bio'],
    ],
    // What an argument looks at, and what a filter looks at, literally and by variable.
    ['{ user(login: "x") { login } }', {}, ['read:Query.user']],
    [
      `query ($f: IssueFilters) { ${repository} { issues(first: 3, filterBy: $f) { nodes { title } } } }`,
      { f: { mentioned: 'me', since: null } },
      ['read:Issue.body', 'read:Issue.updatedAt'],
    ],
    [`query ($f: IssueFilters) { ${repository} { issues(first: 3, filterBy: $f) { nodes { title } } } }`, {}, []],
    [
      `{ ${repository} { issues(first: 3, filterBy: { milestoneNumber: "1" }) { nodes { title } } } }`,
      {},
      ['read:Issue.milestone', 'read:Milestone.number'],
    ],
    // Inputs of a mutation, by the fields that they set.
    ['mutation { createIssue(input: { repositoryId: "r", title: "t" }) { issue { number } } }', {}, []],
    [
      'mutation ($input: CreateIssueInput!) { createIssue(input: $input) { issue { number } } }',
      { input: { repositoryId: 'r', title: 't', body: null, labelIds: 'l' } },
      ['write:Issue.body', 'write:Issue.labels'],
    ],
    [
      'mutation ($t: String!, $b: String) { createIssue(input: { repositoryId: "r", title: $t, body: $b }) { issue { number } } }',
      { t: 't' },
      [],
    ],
    [
      'mutation { createIssue(input: { repositoryId: "r", title: "t" }) { issue { author { login } } clientMutationId } }',
      {},
      ['read:CreateIssuePayload.clientMutationId', 'read:Issue.author'],
    ],
    [
      'mutation { updateIssue(input: { id: "i", title: "t" }) { issue { title } } }',
      {},
      ['update:Issue.title', 'update:Mutation.updateIssue'],
    ],
  ])('%s %j', (source, variables, expected) => {
    expect(missing(source, reader, variables as Record<string, unknown>, onGithub).sort()).toEqual(expected);
  });

  test('a wildcard never gives an explicit field', () => {
    const source = `{ ${repository} { owner { ... on User { email } ... on Organization { organizationBillingEmail } } } }`;
    expect(missing(source, ['*'], {}, onGithub).sort()).toEqual([
      'read:Organization.organizationBillingEmail',
      'read:User.email',
    ]);
  });
});

describe('a key with few fields, on Shopify', () => {
  const shopper = [
    'read:QueryRoot.product',
    'read:QueryRoot.node',
    'read:Product.title',
    'read:Product.handle',
    'read:Product.id',
    'write:Mutation.cartCreate',
    'write:Cart',
    'write:CartLine.quantity',
    'write:CartLineInput.merchandiseId',
    'read:Cart.id',
  ];
  const cartCreate = 'mutation ($input: CartInput) { cartCreate(input: $input) { cart { id } } }';
  test.each<[string, object, string[]]>([
    ['{ product(handle: "h") { title } }', {}, []],
    ['{ product(handle: "h") { title vendor } }', {}, ['read:Product.vendor']],
    ['{ node(id: "x") { ... on Product { title } } }', {}, []],
    ['{ node(id: "x") { ... on Cart { id note } } }', {}, ['read:Cart.note']],
    [cartCreate, { input: { note: 'n', lines: { merchandiseId: 'm', quantity: 2 } } }, []],
    [
      cartCreate,
      { input: { buyerIdentity: { email: 'e', preferences: null } } },
      ['write:CartBuyerIdentity.email', 'write:CartBuyerIdentity.preferences'],
    ],
    [
      'mutation ($e: [AttributeInput!]) { cartCreate(input: { lines: [{ merchandiseId: "m", attributes: $e }] }) { cart { id } } }',
      { e: [{ key: 'k', value: 'v' }] },
      ['write:Attribute.key', 'write:Attribute.value', 'write:CartLine.attributes'],
    ],
  ])('%s %j', (source, variables, expected) => {
    expect(missing(source, shopper, variables as Record<string, unknown>, onStorefront).sort()).toEqual(expected);
  });
});
