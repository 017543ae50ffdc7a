import { readFileSync } from 'node:fs';
import { buildClientSchema, type GraphQLSchema, type IntrospectionQuery } from 'graphql';
import { compileSchema } from '../../../src/plan/compile-schema/compile-schema.ts';
import type { CompiledSchema } from '../../../src/plan/compiled-schema.ts';
import type { DeclarationConfig } from '../../../src/plan/declarations.ts';
import { declare } from '../../../src/plan/declare.ts';

/** Schemas that were not written for Fieldpass, as their owners publish them: the result of an introspection. */
function schemaFrom(file: string): GraphQLSchema {
  const text = readFileSync(new URL(`../../../node_modules/${file}`, import.meta.url), 'utf8');
  const published = JSON.parse(text) as IntrospectionQuery | { readonly data: IntrospectionQuery };
  return buildClientSchema('data' in published ? published.data : published);
}

/** `["write"]` for the mutations whose names say that they create. */
function creating(schema: GraphQLSchema, names: RegExp): NonNullable<DeclarationConfig['mutations']> {
  const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {});
  return Object.fromEntries(mutations.filter((name) => names.test(name)).map((name) => [name, ['write'] as const]));
}

/** GitHub's GraphQL API. Its schema.graphql is no valid SDL; its schema.json is whole. */
export function github(): CompiledSchema {
  const schema = schemaFrom('@octokit/graphql-schema/schema.json');
  return compileSchema(
    declare(schema, {
      mutations: { ...creating(schema, /^(create|add)[A-Z]/), default: ['update'] },
      explicit: ['User.email', 'Organization.organizationBillingEmail'],
      arguments: {
        'Query.repository(owner:)': { looksAt: ['User.login', 'Organization.login'] },
        'Query.repository(name:)': { looksAt: ['Repository.name'] },
        'Query.user(login:)': { looksAt: ['User.login'] },
      },
      inputs: {
        CreateIssueInput: { entity: 'Issue' },
        UpdateIssueInput: { entity: 'Issue' },
        IssueFilters: { entity: 'Issue', use: 'FILTER' },
      },
      inputFields: {
        'CreateIssueInput.repositoryId': { sets: 'Issue.repository' },
        'CreateIssueInput.assigneeIds': { sets: 'Issue.assignees' },
        'CreateIssueInput.labelIds': { sets: 'Issue.labels' },
        'IssueFilters.assignee': { looksAt: ['Issue.assignees'] },
        'IssueFilters.createdBy': { looksAt: ['Issue.author'] },
        'IssueFilters.mentioned': { looksAt: ['Issue.body'] },
        'IssueFilters.milestoneNumber': { looksAt: ['Issue.milestone', 'Milestone.number'] },
        'IssueFilters.since': { looksAt: ['Issue.updatedAt'] },
        'IssueFilters.states': { looksAt: ['Issue.state'] },
        'IssueFilters.viewerSubscribed': { looksAt: ['Issue.viewerSubscription'] },
      },
      undeclaredArguments: 'NEUTRAL',
      defaultAssumedSize: 30,
    }),
  );
}

/** Shopify's Storefront API. */
export function storefront(): CompiledSchema {
  const schema = schemaFrom('@shopify/hydrogen-react/storefront.schema.json');
  return compileSchema(
    declare(schema, {
      mutations: { ...creating(schema, /(Create|Add)$/), default: ['update'] },
      explicit: ['Customer.email', 'Customer.phone'],
      arguments: { 'QueryRoot.product(handle:)': { looksAt: ['Product.handle'] } },
      inputs: {
        CartInput: { entity: 'Cart' },
        CartBuyerIdentityInput: { entity: 'CartBuyerIdentity' },
        CustomerUpdateInput: { entity: 'Customer' },
      },
      undeclaredArguments: 'RESULT',
      defaultAssumedSize: 50,
    }),
  );
}
