/**
 * The process that is measured: the whole server, and beside it a plain Yoga on the same schema, data and services, whose
 * resolvers are not guarded and which asks nobody for a key. Says where both listen; ends when its parent does.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import SchemaBuilder, { type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import { createYoga } from 'graphql-yoga';
import { buildPlacesSchema } from '../src/apis/places/places-schema.ts';
import { createPlacesServices } from '../src/apis/places/places-services.ts';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config/read-config.ts';
import { openDatabase } from '../src/db/open-database.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { createLogger } from '../src/kernel/logger.ts';
import { systemRandom } from '../src/kernel/random.ts';
import { uuidMaker } from '../src/kernel/uuid.ts';
import { FieldpassPlugin } from '../src/privileges/pothos/fieldpass-plugin.ts';
import { fieldpassPlugin } from '../src/privileges/pothos-plugin.ts';

/** What the parent is told. */
export interface TwoServers {
  readonly gated: string;
  readonly plain: string;
  readonly key: string;
}

/** Declares what the plugin declares, and gives no field a scope. */
class UnguardedPlugin<Types extends SchemaTypes> extends FieldpassPlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    return config;
  }
}

process.once('disconnect', () => process.exit(0));
const answer = readConfig({ ...process.env, PORT: '0' }, () => '');
if (answer.kind === 'INVALID') throw new Error(answer.problems.join('\n'));
const { config } = answer;
const { DATABASE_URL: url, DATA_DIR: dataDir } = config.database;
const logger = createLogger(config.server.LOG_LEVEL);
const database = await openDatabase({ logger, ...(url === undefined ? { dataDir } : { url }) });
const app = await createApp(config, { database, logger });
const { api, management } = await app.listen();
const servers: TwoServers = { gated: api, plain: await listenPlain(), key: await createKey() };
process.send?.(servers);

async function listenPlain(): Promise<string> {
  // For schemas built from here on.
  SchemaBuilder.allowPluginReRegistration = true;
  SchemaBuilder.registerPlugin(fieldpassPlugin, UnguardedPlugin);
  const makeId = uuidMaker(systemClock, systemRandom);
  const places = createPlacesServices(database, { clock: systemClock, makeId, cursorSecret: systemRandom(32) });
  const yoga = createYoga({
    schema: buildPlacesSchema(),
    context: () => ({ places }),
    cors: false,
    graphiql: false,
    landingPage: false,
    logging: false,
  });
  const server = createServer(yoga);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}/graphql`;
}

/** A key that may read two types, with so much budget that it is never refused. */
async function createKey(): Promise<string> {
  const application = await administer('createApplication', 'application { id }', {
    name: 'Benchmark',
    ownerName: 'Benchmark',
    ownerEmail: 'benchmark@example.com',
  });
  const created = await administer('createApiKey', 'key', {
    applicationId: application.application.id,
    name: 'benchmark',
    privileges: ['read:Query', 'read:Country', 'read:City', 'read:Location'],
    throttle: {
      maximumAvailable: 1e8,
      restoreRate: 1e8,
      maximumCost: 1000,
      inFlight: 1000,
      requests: { max: 100_000_000, window: 'PT1M' },
    },
  });
  return created.key;
}

// biome-ignore lint/suspicious/noExplicitAny: the answer of a known document
async function administer(mutation: string, selection: string, input: object): Promise<any> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const response = await fetch(management, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-API-Key': app.firstKeys.admin ?? '' },
    body: JSON.stringify({
      query: `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${selection} } }`,
      variables: { input },
    }),
  });
  const { data, errors } = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data?.[mutation];
}
