import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp, type Overrides } from '../../src/app.ts';
import { configuredKeyShapes } from '../../src/compose/configured.ts';
import { readConfig } from '../../src/config/read-config.ts';
import type { Connection } from '../../src/http/arrival.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { type TestClock, testClock } from './test-clock.ts';
import { openTestDatabase } from './test-database.ts';

export interface TestAppOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly overrides?: Overrides;
  /** With countries and the 3000 largest cities. */
  readonly places?: boolean;
}

/** The whole server on a test database, with a clock that stands still until it is told to move. */
export interface TestApp {
  readonly app: App;
  readonly clock: TestClock;
  readonly adminKey: string;
  readonly demoKey: string;
  /** Everything that was logged. */
  readonly log: readonly string[];
  /** Sends a request as a client would; a path is enough. */
  fetch(path: string, init?: RequestInit, connection?: Connection): Promise<Response>;
  /** A GraphQL POST with a key. */
  graphql(key: string | undefined, query: string, variables?: object, options?: GraphqlOptions): Promise<GraphqlAnswer>;
  management(
    key: string | undefined,
    query: string,
    variables?: object,
    options?: GraphqlOptions,
  ): Promise<GraphqlAnswer>;
  /** Issues a key through the management API. */
  createKey(privileges: readonly string[], input?: object): Promise<IssuedKey>;
  close(): Promise<void>;
}

export interface GraphqlOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly operationName?: string;
}

export interface GraphqlAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, whatever they are
  readonly body: any;
  readonly codes: readonly string[];
}

export interface IssuedKey {
  readonly id: string;
  readonly key: string;
}

export async function openTestApp({
  environment = {},
  overrides = {},
  places = false,
}: TestAppOptions = {}): Promise<TestApp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fieldpass-test-'));
  const answer = readConfig({ DATA_DIR: dataDir, PORT: '0', ...environment }, () => '');
  if (answer.kind === 'INVALID') throw new Error(answer.problems.join('\n'));
  const clock = testClock();
  const log: string[] = [];
  const logger = createLogger(
    'debug',
    { write: (line: string) => void log.push(line) },
    configuredKeyShapes(answer.config).redact,
  );
  const database = overrides.database ?? (await openTestDatabase({ places }));
  const app = await createApp(answer.config, {
    clock,
    logger,
    database,
    seed: false,
    // The database of a test on a server lives in the present, which is not that of its clock.
    databaseTime: async () => (overrides.clock ?? clock).now(),
    ...overrides,
  });
  const { admin = '', demo = '' } = app.firstKeys;

  const post = async (
    path: string,
    key: string | undefined,
    query: string,
    variables: object,
    options: GraphqlOptions,
  ) => {
    const response = await app.fetch(
      new Request(`http://localhost:4000${path}`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Accept: 'application/graphql-response+json',
          ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
          ...options.headers,
        },
        body: JSON.stringify({
          query,
          variables,
          ...(options.operationName ? { operationName: options.operationName } : {}),
        }),
      }),
    );
    const body = await response.json();
    const errors: { extensions?: { code?: string } }[] = body.errors ?? [];
    return {
      status: response.status,
      headers: response.headers,
      body,
      codes: errors.map((error) => error.extensions?.code ?? '–'),
    };
  };

  let application: string | undefined;
  const management: TestApp['management'] = (key, query, variables = {}, options = {}) =>
    post('/admin/graphql', key, query, variables, options);

  return {
    app,
    clock,
    log,
    adminKey: admin,
    demoKey: demo,
    fetch: (path, init, connection) => app.fetch(new Request(`http://localhost:4000${path}`, init), connection),
    graphql: (key, query, variables = {}, options = {}) => post('/graphql', key, query, variables, options),
    management,
    async createKey(privileges, input = {}) {
      application ??= await createApplication(management, admin);
      const { body } = await management(
        admin,
        'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } key } }',
        { input: { applicationId: application, name: 'test', privileges, ...input } },
      );
      if (body.errors) throw new Error(JSON.stringify(body.errors));
      return { id: body.data.createApiKey.apiKey.id, key: body.data.createApiKey.key };
    },
    close: () => app.close(),
  };
}

async function createApplication(management: TestApp['management'], admin: string): Promise<string> {
  const { body } = await management(
    admin,
    'mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } } }',
    { input: { name: 'Test', ownerName: 'Ada', ownerEmail: 'ada@example.com' } },
  );
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body.data.createApplication.application.id;
}
