import { secretActivator } from './administration/rotation/activate-secret.ts';
import type { AdministrationServices } from './administration/services.ts';
import { createPlacesServices } from './apis/places/places-services.ts';
import { type SeedProgress, seedPlaces } from './apis/places/seed/seed-places.ts';
import { buildSurfaces } from './compose/build-surfaces.ts';
import {
  configuredDatabase,
  configuredHints,
  configuredKeyShapes,
  configuredLease,
  configuredPeppers,
  configuredPlans,
  sharedTime,
} from './compose/configured.ts';
import { type FirstKeys, makeFirstKeys } from './compose/first-keys.ts';
import { spentInUsage } from './compose/known-spending.ts';
import { type Addresses, createListeners } from './compose/open-listeners.ts';
import { secretScanning } from './compose/secret-scanning.ts';
import { serveSurfaces } from './compose/serve-surfaces.ts';
import { startJobs } from './compose/start-jobs.ts';
import type { Config } from './config/read-config.ts';
import type { Database } from './db/database.ts';
import { isUnavailable } from './db/database-error.ts';
import { serverTurn } from './db/turn.ts';
import { createExplorer } from './explorer/serve-explorer.ts';
import type { Connection } from './http/arrival.ts';
import { ownNames } from './http/authority.ts';
import { trustedProxies } from './http/client-address.ts';
import { createEdge, type Edge, type EdgeOptions } from './http/edge.ts';
import { createFaults } from './http/faults.ts';
import { readinessBelievedMs } from './http/health.ts';
import { metricsAccess } from './http/metrics-access.ts';
import type { Served } from './http/route.ts';
import { type AlarmClock, systemClock } from './kernel/clock.ts';
import { createCounter } from './kernel/counter.ts';
import { createLogger, type Logger } from './kernel/logger.ts';
import { type RandomBytes, systemRandom } from './kernel/random.ts';
import { singleFlight } from './kernel/single-flight.ts';
import { StartError } from './kernel/start-error.ts';
import { uuidMaker } from './kernel/uuid.ts';
import { packageVersion } from './kernel/version.ts';
import { openPeppers } from './keys/open-peppers.ts';
import { startKeyResolver } from './keys/resolve/key-resolver.ts';
import { deriveSecret } from './keys/token/derive-secret.ts';
import type { PipelineServices } from './pipeline/services.ts';
import { createTrustedDocuments, noDocuments } from './restrictions/trusted-documents.ts';
import { createTelemetry } from './telemetry/create-telemetry.ts';
import { createFailedAttempts } from './throttle/failed-attempts.ts';
import { createOpenStreams } from './throttle/open-streams.ts';
import { openThrottle, type Throttle } from './throttle/open-throttle.ts';
import type { ThrottleStore } from './throttle/throttle-store.ts';
import { createUsageRecorder } from './usage/record/usage-recorder.ts';
import { ownUsage } from './usage/report/own-usage.ts';
import { createOutbox } from './webhooks/outbox.ts';

/** What a test, or somebody who embeds the server, replaces. */
export interface Overrides {
  readonly clock?: AlarmClock;
  readonly random?: RandomBytes;
  readonly logger?: Logger;
  /** Already open; the app closes it. */
  readonly database?: Database;
  readonly throttle?: ThrottleStore;
  /** The Places data are in the database already, or shall stay out. */
  readonly seed?: boolean;
  /** The time as the database has it, in milliseconds since the epoch. */
  readonly databaseTime?: () => Promise<number>;
  readonly onSeedProgress?: (progress: SeedProgress) => void;
}

export interface App {
  /** Both surfaces, as a listener without `ADMIN_PORT` serves them. */
  fetch(request: Request, connection?: Connection): Promise<Response>;
  listen(): Promise<Addresses>;
  /** What the first start made; each text is here and in its file, and nowhere else. */
  readonly firstKeys: FirstKeys;
  /**
   * Is not ready from now on, and accepts for `SHUTDOWN_DELAY` more. Then stops accepting, ends streams, lets running
   * operations finish until `SHUTDOWN_TIMEOUT` is over, writes what is kept of usage, and closes what is open.
   */
  close(): Promise<void>;
}

const unknownPeer: Connection = { peerAddress: undefined, repeatedCredentials: false };

/** Builds everything and wires it together: the only place that knows every folder. Rejects with a `StartError`. */
export async function createApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const { clock = systemClock, random = systemRandom } = overrides;
  const shapes = configuredKeyShapes(config);
  const logger = overrides.logger ?? createLogger(config.server.LOG_LEVEL, undefined, shapes.redact);
  const makeId = uuidMaker(clock, random);
  const database = overrides.database ?? (await configuredDatabase(config, logger));
  const leaving = new AbortController();
  const draining = new AbortController();
  const telemetry = createTelemetry({
    version: packageVersion(),
    accessLog: { mode: config.telemetry.ACCESS_LOG, ratePerSecond: config.telemetry.ACCESS_LOG_RATE },
    clock,
    logger,
  });
  const listTruncations = createCounter();
  let throttle: Throttle | undefined;

  try {
    const plans = configuredPlans(config);
    throttle = await openThrottle({
      redisUrl: config.throttle.REDIS_URL,
      databaseUrl: config.database.DATABASE_URL,
      store: overrides.throttle,
      onFailure: config.throttle.THROTTLE_ON_STORE_FAILURE,
      lease: configuredLease(config),
      spentSince: (bucketId, since) => spentSince(bucketId, since),
      executionTimeoutMs: config.limits.EXECUTION_TIMEOUT,
      makeId,
      clock,
      logger,
      watch: telemetry.throttleStore,
    });
    // What is known before any request: schemas, peppers, the keys of the first start, the data.
    const surfaces = buildSurfaces({
      config,
      logger,
      listTruncations,
      fieldLimitStore: throttle.management,
    });
    const peppers = await openPeppers(database, await configuredPeppers(config, random), clock);
    const environments = config.keys.KEY_ENVIRONMENTS.map((name) => (name === 'live' ? 'LIVE' : 'TEST'));
    const keys = await startKeyResolver({
      database,
      clock,
      logger,
      instanceId: makeId(),
      hints: configuredHints(config, database, logger),
      peppers,
      prefix: config.keys.KEY_PREFIX,
      environments,
      importPrefixes: config.keys.KEY_IMPORT_PREFIXES,
      onLookup: telemetry.keyLookup,
    });
    const documents = createTrustedDocuments(database.queries, clock);
    const administration: AdministrationServices = {
      database: database.by('MANAGEMENT', serverTurn()),
      clock,
      random,
      makeId,
      peppers,
      keyPrefix: config.keys.KEY_PREFIX,
      importPrefixes: config.keys.KEY_IMPORT_PREFIXES,
      validity: { defaultMs: config.keys.KEY_DEFAULT_VALIDITY, maxMs: config.keys.KEY_MAX_VALIDITY },
      schemas: { API: surfaces.API.compiled, MANAGEMENT: surfaces.MANAGEMENT.compiled },
      plans,
      keyChanges: keys,
      documents,
      outbox: config.webhooks.WEBHOOK_URL === undefined ? undefined : createOutbox(makeId),
    };
    const firstKeys = await makeFirstKeys(administration, config);
    if (overrides.seed !== false) {
      await seedPlaces(database, {
        clock,
        onWait: (waitedMs) => logger.info({ waitedMs }, 'another instance seeds the places; waiting for it'),
        ...(overrides.onSeedProgress ? { onProgress: overrides.onSeedProgress } : {}),
      });
    }
    const places = createPlacesServices(database, {
      clock,
      makeId,
      cursorSecret: deriveSecret(peppers, 'places cursors'),
    });

    const time = sharedTime(database, clock, logger, overrides.databaseTime);
    await time.now();

    // The way of a request.
    const usage = createUsageRecorder({
      database,
      clock,
      makeId,
      logger,
      logRatePerSecond: config.usage.REQUEST_LOG_RATE,
      random: Math.random,
    });
    const spentSince = spentInUsage(database, usage, clock);
    const jobs = startJobs({ ...administration, database }, time, config, logger);
    const common: Omit<PipelineServices, 'throttle' | 'documents'> = {
      usage,
      ownUsage: (turn, apiKeyId, range) => ownUsage(database.by('DATA', turn), clock.now(), apiKeyId, range),
      watch: telemetry.pipeline,
      keys,
      environments,
      activateSecret: secretActivator(administration),
      estimateViolations: createCounter(),
      failedAttempts: createFailedAttempts({ clock }),
      openStreams: createOpenStreams(),
      plans,
      clock,
      makeId,
      redact: shapes.redact,
      logger,
      maxTokens: config.limits.MAX_TOKENS,
      maxBodyBytes: config.limits.MAX_BODY_BYTES,
      executionTimeoutMs: config.limits.EXECUTION_TIMEOUT,
      draining: draining.signal,
    };
    const surfaceBackends = serveSurfaces(
      {
        API: { surface: surfaces.API, services: { ...common, throttle: throttle.api, documents } },
        MANAGEMENT: {
          surface: surfaces.MANAGEMENT,
          services: { ...common, throttle: throttle.management, documents: noDocuments },
        },
      },
      { places, administration, usage, keyShapes: shapes },
    );
    const explorer = config.server.GRAPHIQL ? createExplorer({}) : undefined;
    const faults = createFaults({ onRefusal: telemetry.edgeRefusal, makeId, logger });
    const edgeOptions: Omit<EdgeOptions, 'served' | 'metricsAccess'> = {
      watch: telemetry.requests,
      onRefusal: telemetry.edgeRefusal,
      faults,
      ownNames: ownNames([config.server.ADMIN_HOST, ...config.server.ADMIN_ALLOWED_HOSTS]),
      backends: {
        ...surfaceBackends,
        metrics: telemetry.metrics,
        page: (surface) => explorer?.page(surface),
        asset: (pathname, acceptEncoding) => explorer?.asset(pathname, acceptEncoding),
        secretScanning: secretScanning(administration, config, logger),
      },
      readiness: {
        databaseReady: singleFlight(() => database.ready(), { clock, forMs: readinessBelievedMs }),
        clockAgrees: () => time.agrees,
        draining: () => leaving.signal.aborted,
      },
      proxies: trustedProxies(config.server.TRUST_PROXY),
      cors: { origins: config.server.CORS_ORIGINS[0] === 'keys' ? 'KEYS' : new Set(config.server.CORS_ORIGINS) },
      maxBodyBytes: config.limits.MAX_BODY_BYTES,
      looksLikeKey: (text) => shapes.find(text) !== undefined,
      redact: shapes.redact,
      clock,
      makeId,
      logger,
    };
    telemetry.read({ ...common, listTruncations, throttle: throttle.api, database, time });
    const edge = (served: Served): Edge =>
      createEdge({ ...edgeOptions, served, metricsAccess: metricsAccess(served, config.telemetry.METRICS_TOKEN) });
    const everything = edge(['API', 'MANAGEMENT']);
    const listeners = createListeners(config, edge, faults, clock);

    return {
      fetch: (request, connection = unknownPeer) => everything(request, connection),
      firstKeys,
      listen: listeners.open,
      async close() {
        leaving.abort();
        logger.info('draining');
        await listeners.leave();
        draining.abort();
        await listeners.drain();
        await places.close();
        await keys.close();
        await throttle?.close();
        await jobs.close();
        await usage.close();
        telemetry.close();
        await database.close();
        logger.info('stopped');
      },
    };
  } catch (error) {
    telemetry.close();
    await throttle?.close();
    await database.close();
    throw isUnavailable(error) ? new StartError(error instanceof Error ? error.message : String(error)) : error;
  }
}
