import type { GraphQLSchema } from 'graphql';
import { argumentReader } from '../../src/apis/shared/argument-reader.ts';
import { readAccept } from '../../src/http/accept.ts';
import { createCounter } from '../../src/kernel/counter.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import type { ApiKeyRecord } from '../../src/keys/api-key.ts';
import { keyShapes } from '../../src/keys/token/looks-like-key.ts';
import { buildSurface, type SurfaceOptions } from '../../src/pipeline/build-surface.ts';
import { callerContext } from '../../src/pipeline/caller-context.ts';
import { createGraphqlServer } from '../../src/pipeline/graphql-server.ts';
import { unwatched } from '../../src/pipeline/pipeline-watch.ts';
import type { PipelineServices } from '../../src/pipeline/services.ts';
import type { Surface } from '../../src/pipeline/surface.ts';
import { createFailedAttempts } from '../../src/throttle/failed-attempts.ts';
import { createFieldLimits } from '../../src/throttle/field-limits/create-field-limits.ts';
import { createOpenStreams } from '../../src/throttle/open-streams.ts';
import { defaultPlans } from '../../src/throttle/plans.ts';
import type { UsageEvent } from '../../src/usage/usage-event.ts';
import { type WatchedStore, watchedStore } from '../pipeline/watched-store.ts';
import { type TestClock, testClock } from './test-clock.ts';

export interface TestSurface {
  readonly surface: Surface;
  readonly throttle: WatchedStore;
  readonly clock: TestClock;
  readonly log: readonly string[];
  readonly usage: readonly UsageEvent[];
  /** Operations that cost more than their estimate. */
  readonly violations: () => number;
  /** A POST of this body, with a key that may read and do everything unless `key` says otherwise. */
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<SurfaceAnswer>;
}

export interface SurfaceAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** As it came. */
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, whatever they are
  readonly body: any;
  readonly codes: readonly string[];
}

export interface TestSurfaceOptions extends Partial<SurfaceOptions> {
  readonly key?: Partial<ApiKeyRecord>;
  readonly services?: Partial<PipelineServices>;
  readonly context?: object;
}

const secret = { id: 's', status: 'ACTIVE', activatedAt: undefined, expiresAt: undefined } as const;

/** Any schema behind the gate, without a database: the whole way of a request but for the look-up of its key. */
export function openTestSurface(
  schema: GraphQLSchema,
  { key: ofKey = {}, services: own = {}, context = {}, ...options }: TestSurfaceOptions = {},
): TestSurface {
  const clock = testClock();
  const log: string[] = [];
  const logger = createLogger('debug', { write: (line: string) => void log.push(line) });
  const throttle = watchedStore(clock);
  const surface = buildSurface(schema, {
    type: 'API',
    urgentMutations: {},
    logger,
    fieldLimits: createFieldLimits({ store: throttle }),
    argumentReader,
    maxDepth: 15,
    ...options,
  });
  const key = {
    id: 'k',
    publicId: 'public',
    type: 'API',
    onDenied: 'REJECT',
    plan: 'ENTERPRISE',
    privileges: ['*:*'],
    roles: [],
    application: { id: 'a' },
    ...ofKey,
  } as unknown as ApiKeyRecord;
  const usage: UsageEvent[] = [];
  const estimateViolations = createCounter();
  let ids = 0;
  const services = {
    keys: {
      resolve: async () => ({ kind: 'ACTIVE', key, secret }),
      recheck: async () => ({ kind: 'ACTIVE', key, secret }),
      named: async () => undefined,
      isCurrent: () => true,
      watch: () => () => {},
    },
    documents: { find: async () => undefined },
    throttle,
    failedAttempts: createFailedAttempts({ clock }),
    openStreams: createOpenStreams(),
    plans: defaultPlans,
    usage: { record: (event: UsageEvent) => void usage.push(event) },
    clock,
    logger,
    makeId: () => `${ids++}`,
    redact: keyShapes('fieldpass').redact,
    estimateViolations,
    watch: unwatched,
    maxTokens: 5_000,
    executionTimeoutMs: 30_000,
    draining: new AbortController().signal,
    ...own,
  } as unknown as PipelineServices;
  const server = createGraphqlServer(
    '/graphql',
    surface,
    services,
    (record, caller) => ({ ...callerContext(record, caller, surface, services), ...context }),
    async () => ({}) as never,
  );
  return {
    surface,
    throttle,
    clock,
    log,
    usage,
    violations: () => estimateViolations.count,
    async post(body, headers = {}) {
      const request = new Request('http://localhost/graphql', {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Accept: 'application/graphql-response+json',
          'X-API-Key': `fieldpass_test_${'0'.repeat(50)}`,
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      const accept = readAccept(request.headers.get('accept'));
      const arrival = { requestId: 'r', clientAddress: '127.0.0.1', startedAt: 0, method: 'POST', accept };
      const { response } = await server(request, arrival as unknown as Parameters<typeof server>[1]);
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json');
      const parsed = isJson ? JSON.parse(text) : undefined;
      const errors: { extensions?: { code?: string } }[] = parsed?.errors ?? [];
      const codes = errors.map(({ extensions }) => extensions?.code ?? '–');
      return { status: response.status, headers: response.headers, text, body: parsed, codes };
    },
  };
}
