import type { GraphQLSchema } from 'graphql';
import { fitOperation, type StartingOperation } from './fit-operation.ts';
import { headerStub } from './request-headers.ts';

/** A tab of GraphiQL, as far as it goes from one key to the next. */
export interface WorkbenchTab {
  readonly query: string | null;
  readonly variables?: string | null;
}

export interface OpenedTab {
  readonly query: string;
  readonly variables: string;
  readonly headers: string;
}

/**
 * The tabs for a key: the starting operations, fitted to its view, and after them what was written under the key
 * before. Headers and responses never go from one key to another.
 */
export function workbenchTabs(
  starting: readonly StartingOperation[],
  schema: GraphQLSchema,
  written: readonly WorkbenchTab[],
): OpenedTab[] {
  const fitted = starting.flatMap((operation) => {
    const { query, variables } = fitOperation(operation, schema) ?? {};
    return query ? [opened(query, variables ? JSON.stringify(variables, null, 2) : '')] : [];
  });
  const kept = written.flatMap(({ query, variables }) => (query?.trim() ? [opened(query, variables ?? '')] : []));
  const tabs = [...fitted, ...kept];
  return tabs.length > 0 ? tabs : [opened('', '')];
}

function opened(query: string, variables: string): OpenedTab {
  return { query, variables, headers: headerStub };
}
