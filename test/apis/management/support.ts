import { execute, type GraphQLSchema, parse, validate } from 'graphql';
import type { ManagementContext } from '../../../src/apis/management/context.ts';
import { buildManagementSchema } from '../../../src/apis/management/schema.ts';
import type { ApiKeyRecord } from '../../../src/keys/api-key.ts';
import type { World } from '../../administration/support.ts';

export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at as a client does, without types.
  readonly data: any;
  /** `extensions.code` of each error. */
  readonly codes: readonly unknown[];
  readonly messages: readonly string[];
}

const schema: GraphQLSchema = buildManagementSchema();

/** Executes a document as a key, after validation and without the gate. */
export async function ask(
  world: World,
  apiKey: ApiKeyRecord,
  document: string,
  variables: Record<string, unknown> = {},
): Promise<Answer> {
  const parsed = parse(document);
  const problems = validate(schema, parsed);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const contextValue: ManagementContext = {
    requestId: 'test-request',
    apiKey,
    secretStatus: 'ACTIVE',
    clientAddress: '192.0.2.1',
    access: { hash: 'all', has: () => true, allows: () => true, sees: () => true },
    usablePrivileges: () => [],
    budget: () => Promise.reject(new Error('there is no budget here')),
    ownUsage: () => undefined,
    administration: world.services,
    explainer: {
      requiredPrivileges: async () => [],
      explain: () => Promise.reject(new Error('there is no pipeline here')),
      documentProblems: async (_, documents) => documents.map(() => []),
    },
    throttle: { peek: async () => [] },
    usage: { flush: async () => {} },
    requestMethod: 'POST',
  };
  const result = await execute({ schema, document: parsed, variableValues: variables, contextValue });
  const errors = result.errors ?? [];
  return {
    data: JSON.parse(JSON.stringify(result.data ?? null)),
    codes: errors.map(({ extensions }) => extensions['code']),
    messages: errors.map(({ message }) => message),
  };
}
