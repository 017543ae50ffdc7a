import { join } from 'node:path';
import { secretActivator } from './administration/activate-secret.ts';
import { demoKey } from './administration/demo-key.ts';
import { firstManagementKey } from './administration/first-management-key.ts';
import type { AdministrationServices } from './administration/services.ts';
import { startPurge } from './administration/start-purge.ts';
import { writeKeyFile } from './administration/write-key-file.ts';
import { buildManagementSchema } from './apis/management/schema.ts';
import { buildPlacesSchema } from './apis/places/places-schema.ts';
import { createPlacesServices } from './apis/places/places-services.ts';
import { type SeedProgress, seedPlaces } from './apis/places/seed/seed-places.ts';
import { argumentReader } from './apis/shared/argument-reader.ts';
import type { Config } from './config/read-config.ts';
import type { Database } from './db/database.ts';
import { isUnavailable } from './db/database-error.ts';
import { openDatabase } from './db/open-database.ts';
import { createExplorer } from './explorer/serve-explorer.ts';
import { trustedProxies } from './http/client-address.ts';
import { type Connection, createEdge, type Edge, type EdgeOptions } from './http/edge.ts';
import { type Listener, listen } from './http/listener.ts';
import type { Served } from './http/route.ts';
import { type Clock, systemClock } from './kernel/clock.ts';
import { createCounter } from './kernel/counter.ts';
import { createLogger, type Logger } from './kernel/logger.ts';
import { type RandomBytes, systemRandom } from './kernel/random.ts';
import { StartError } from './kernel/start-error.ts';
import { uuidMaker } from './kernel/uuid.ts';
import { openPeppers } from './keys/open-peppers.ts';
import { keptPepper, parsePepper } from './keys/pepper.ts';
import { startKeyResolver } from './keys/resolve/key-resolver.ts';
import { deriveSecret } from './keys/token/derive-secret.ts';
import { looksLikeKey } from './keys/token/looks-like-key.ts';
import { buildSurface } from './pipeline/build-surface.ts';
import { callerContext } from './pipeline/caller-context.ts';
import { createExplainer } from './pipeline/explain/explain.ts';
import { createGraphqlServer } from './pipeline/graphql-server.ts';
import { createSdlServer } from './pipeline/serve-sdl.ts';
import type { PipelineServices } from './pipeline/services.ts';
import { createFailedAttempts } from './throttle/failed-attempts.ts';
import { createFieldLimits } from './throttle/field-limits/create-field-limits.ts';
import { createOpenStreams } from './throttle/open-streams.ts';
import { openThrottle, type Throttle } from './throttle/open-throttle.ts';
import { parsePlans, type ThrottlePlans } from './throttle/plans.ts';
import type { ThrottleStore } from './throttle/throttle-store.ts';
import { createUsageRecorder } from './usage/record/usage-recorder.ts';
import { startUsageJobs } from './usage/roll-up/usage-jobs.ts';

/** What a test, or somebody who embeds the server, replaces. */
export interface Overrides {
  readonly clock?: Clock;
  readonly random?: RandomBytes;
  readonly logger?: Logger;
  /** Already open; the app closes it. */
  readonly database?: Database;
  readonly throttle?: ThrottleStore;
  /** The Places data are in the database already, or shall stay out. */
  readonly seed?: boolean;
  readonly onSeedProgress?: (progress: SeedProgress) => void;
  readonly onListTooLong?: 'CUT' | 'THROW';
}

export interface App {
  /** Both surfaces, as a listener without `ADMIN_PORT` serves them. */
  fetch(request: Request, connection?: Connection): Promise<Response>;
  listen(): Promise<Addresses>;
  /** What the first start made; each text is here and in its file, and nowhere else. */
  readonly firstKeys: { readonly admin: string | undefined; readonly demo: string | undefined };
  /** Stops accepting, ends streams, lets running operations finish, and closes what is open, within `SHUTDOWN_TIMEOUT`. */
  close(): Promise<void>;
}

export interface Addresses {
  readonly api: string;
  readonly management: string;
}

const unknownPeer: Connection = { peerAddress: undefined, repeatedCredentials: false };
const compiledDocuments = 2_000;
const urgentMutations = ['disableApiKey', 'revokeApiKey', 'deleteApiKey', 'reportLeakedApiKeys'];

/** Builds everything and wires it together: the only place that knows every folder. Rejects with a `StartError`. */
export async function createApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const { clock = systemClock, random = systemRandom } = overrides;
  const logger = overrides.logger ?? createLogger(config.server.LOG_LEVEL);
  const makeId = uuidMaker(clock, random);
  const database = overrides.database ?? (await openFrom(config, logger));
  const draining = new AbortController();
  let throttle: Throttle | undefined;

  try {
    const plans = configuredPlans(config);
    throttle = await openThrottle({
      redisUrl: config.throttle.REDIS_URL,
      databaseUrl: config.database.DATABASE_URL,
      store: overrides.throttle,
      onFailure: config.throttle.THROTTLE_ON_STORE_FAILURE,
      clock,
      logger,
      storeFailures: createCounter(),
    });
    // What is known before any request: schemas, peppers, the keys of the first start, the data.
    const surfaceOptions = {
      logger,
      argumentReader,
      fieldLimits: createFieldLimits({ store: throttle.management }),
      onListTooLong: overrides.onListTooLong ?? 'CUT',
      maxDepth: config.limits.MAX_DEPTH,
      maxDocuments: compiledDocuments,
    } as const;
    const surfaces = {
      API: buildSurface(buildPlacesSchema(), { ...surfaceOptions, type: 'API', urgentMutations: [] }),
      MANAGEMENT: buildSurface(buildManagementSchema(), { ...surfaceOptions, type: 'MANAGEMENT', urgentMutations }),
    };
    const peppers = await openPeppers(database, await configuredPeppers(config, random), clock);
    const keys = await startKeyResolver({
      database,
      clock,
      peppers,
      prefix: config.keys.KEY_PREFIX,
      environments: config.keys.KEY_ENVIRONMENTS.map((name) => (name === 'live' ? 'LIVE' : 'TEST')),
    });
    const administration: AdministrationServices = {
      database,
      clock,
      random,
      makeId,
      peppers,
      keyPrefix: config.keys.KEY_PREFIX,
      validity: { defaultMs: config.keys.KEY_DEFAULT_VALIDITY, maxMs: config.keys.KEY_MAX_VALIDITY },
      schemas: { API: surfaces.API.compiled, MANAGEMENT: surfaces.MANAGEMENT.compiled },
      plans,
      forget: keys.forget,
    };
    const firstKeys = await makeFirstKeys(administration, config);
    if (overrides.seed !== false) {
      await seedPlaces(database, {
        clock,
        ...(overrides.onSeedProgress ? { onProgress: overrides.onSeedProgress } : {}),
      });
    }
    const places = createPlacesServices(database, {
      clock,
      makeId,
      cursorSecret: deriveSecret(peppers, 'places cursors'),
    });

    // The way of a request.
    const usage = createUsageRecorder({
      database,
      clock,
      makeId,
      logger,
      logRatePerSecond: config.usage.REQUEST_LOG_RATE,
      random: Math.random,
    });
    const purge = startPurge(administration, logger);
    const usageJobs = startUsageJobs({
      database,
      clock,
      logger,
      retention: {
        minuteMs: config.usage.USAGE_MINUTE_RETENTION,
        hourMs: config.usage.USAGE_HOUR_RETENTION,
        dayMs: config.usage.USAGE_DAY_RETENTION,
        requestLogMs: config.usage.REQUEST_LOG_RETENTION,
      },
    });
    const common: Omit<PipelineServices, 'throttle'> = {
      usage,
      keys,
      activateSecret: secretActivator(administration),
      estimateViolations: createCounter(),
      failedAttempts: createFailedAttempts({ clock }),
      openStreams: createOpenStreams(),
      plans,
      clock,
      makeId,
      logger,
      maxTokens: config.limits.MAX_TOKENS,
      executionTimeoutMs: config.limits.EXECUTION_TIMEOUT,
      draining: draining.signal,
    };
    const services = {
      API: { ...common, throttle: throttle.api },
      MANAGEMENT: { ...common, throttle: throttle.management },
    };
    const explainer = createExplainer({
      API: { surface: surfaces.API, services: services.API },
      MANAGEMENT: { surface: surfaces.MANAGEMENT, services: services.MANAGEMENT },
    });
    const servers = {
      API: createGraphqlServer('/graphql', surfaces.API, services.API, (record, caller) => ({
        ...callerContext(record, caller, surfaces.API, services.API),
        places,
      })),
      MANAGEMENT: createGraphqlServer('/admin/graphql', surfaces.MANAGEMENT, services.MANAGEMENT, (record, caller) => ({
        ...callerContext(record, caller, surfaces.MANAGEMENT, services.MANAGEMENT),
        administration,
        throttle: services.MANAGEMENT.throttle,
        usage,
        explainer,
        requestMethod: record.arrival.method,
      })),
    };
    const sdl = {
      API: createSdlServer(surfaces.API, services.API),
      MANAGEMENT: createSdlServer(surfaces.MANAGEMENT, services.MANAGEMENT),
    };
    const explorer = config.server.GRAPHIQL ? createExplorer({}) : undefined;
    const edgeOptions: Omit<EdgeOptions, 'served'> = {
      backends: {
        graphql: (surface, request, arrival) => servers[surface](request, arrival),
        sdl: (surface, request, arrival) => sdl[surface](request, arrival),
        page: (surface) => explorer?.page(surface),
        asset: (pathname, acceptEncoding) => explorer?.asset(pathname, acceptEncoding),
      },
      readiness: { databaseReady: () => database.ready(), draining: () => draining.signal.aborted },
      proxies: trustedProxies(config.server.TRUST_PROXY),
      cors: { origins: config.server.CORS_ORIGINS[0] === 'keys' ? 'KEYS' : new Set(config.server.CORS_ORIGINS) },
      maxBodyBytes: config.limits.MAX_BODY_BYTES,
      looksLikeKey: (text) => looksLikeKey(text, config.keys.KEY_PREFIX),
      clock,
      makeId,
      logger,
    };
    const edge = (served: Served): Edge => createEdge({ ...edgeOptions, served });
    const everything = edge(['API', 'MANAGEMENT']);
    const listeners: Listener[] = [];

    return {
      fetch: (request, connection = unknownPeer) => everything(request, connection),
      firstKeys,
      async listen() {
        const { HOST, PORT, ADMIN_HOST, ADMIN_PORT } = config.server;
        const api = await listen(ADMIN_PORT === undefined ? everything : edge(['API']), HOST, PORT);
        listeners.push(api);
        if (ADMIN_PORT === undefined) return { api: urlOf(api, '/graphql'), management: urlOf(api, '/admin/graphql') };
        const management = await listen(edge(['MANAGEMENT']), ADMIN_HOST, ADMIN_PORT);
        listeners.push(management);
        return { api: urlOf(api, '/graphql'), management: urlOf(management, '/admin/graphql') };
      },
      async close() {
        draining.abort();
        const drained = Promise.all(listeners.map((listener) => listener.drain()));
        const cut = setTimeout(
          () => listeners.forEach((listener) => void listener.cut()),
          config.limits.SHUTDOWN_TIMEOUT,
        );
        await drained;
        clearTimeout(cut);
        await places.close();
        await keys.close();
        await throttle?.close();
        await purge.close();
        await usageJobs.close();
        await usage.close();
        await database.close();
      },
    };
  } catch (error) {
    await throttle?.close();
    await database.close();
    throw isUnavailable(error) ? new StartError(error instanceof Error ? error.message : String(error)) : error;
  }
}

function openFrom({ database: { DATABASE_URL, DATA_DIR } }: Config, logger: Logger): Promise<Database> {
  return openDatabase({
    logger,
    ...(DATABASE_URL === undefined ? { dataDir: DATA_DIR } : { url: DATABASE_URL }),
  });
}

function configuredPlans({ throttle: { PLANS } }: Config): ThrottlePlans {
  const parsed = parsePlans(PLANS ?? {});
  if (parsed.kind === 'INVALID') throw new StartError(`PLANS: ${parsed.message}`);
  return parsed.plans;
}

async function configuredPeppers(config: Config, random: RandomBytes): Promise<[Uint8Array, ...Uint8Array[]]> {
  const texts = config.keys.KEY_PEPPER?.split(',') ?? [];
  const [current, ...former] = texts.map((text) => parsePepper(text.trim())).filter((bytes) => bytes !== undefined);
  return [current ?? (await keptPepper(join(config.database.DATA_DIR, 'pepper'), random)), ...former];
}

async function makeFirstKeys(
  services: AdministrationServices,
  { keys, database: { DATA_DIR } }: Config,
): Promise<App['firstKeys']> {
  const admin = await firstManagementKey(services, {
    given: keys.FIELDPASS_ADMIN_KEY,
    deliver: (key) => writeKeyFile(join(DATA_DIR, 'admin.key'), key),
  });
  const demo = await demoKey(services, { deliver: (key) => writeKeyFile(join(DATA_DIR, 'demo.key'), key) });
  return { admin: admin.kind === 'MADE' ? admin.key : undefined, demo };
}

function urlOf({ host, port }: Listener, path: string): string {
  const name = host === '127.0.0.1' || host === '0.0.0.0' || host === '::' || host === '::1' ? 'localhost' : host;
  return `http://${name}:${port}${path}`;
}
