import { buildSchema, type ExecutionResult, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { argumentReader } from '../../../src/apis/shared/argument-reader.ts';
import { createTurn } from '../../../src/db/turn.ts';
import { createCounter } from '../../../src/kernel/counter.ts';
import { createLogger } from '../../../src/kernel/logger.ts';
import type { ApiKeyRecord } from '../../../src/keys/api-key.ts';
import { buildSurface } from '../../../src/pipeline/build-surface.ts';
import { subscribeOperation } from '../../../src/pipeline/execute/subscribe-operation.ts';
import { unwatched } from '../../../src/pipeline/pipeline-watch.ts';
import { startRecord } from '../../../src/pipeline/request-record.ts';
import type { PipelineServices } from '../../../src/pipeline/services.ts';
import { declare } from '../../../src/plan/declare.ts';
import { createFieldLimits } from '../../../src/throttle/field-limits/create-field-limits.ts';
import { createOpenStreams } from '../../../src/throttle/open-streams.ts';
import { defaultPlans } from '../../../src/throttle/plans.ts';
import { policyFor } from '../../../src/throttle/policy.ts';
import { testClock } from '../../support/test-clock.ts';
import { watchedStore } from '../watched-store.ts';

const point = 1_000_000;
const timeout = 60;
const secret = { id: 's', status: 'ACTIVE', activatedAt: undefined, expiresAt: undefined } as const;
const key = {
  id: 'k',
  type: 'API',
  onDenied: 'REJECT',
  privileges: ['read:*'],
  roles: [],
  application: { id: 'a' },
} as unknown as ApiKeyRecord;

/** A subscription to ticks, whose source and whose field are what the test says. */
function setUp(subscribe: () => unknown, resolve: () => unknown) {
  const schema = declare(
    buildSchema('type Query { a: Int } type Subscription { tick: Tick } type Tick { n: Int }'),
    {},
  );
  const tick = schema.getSubscriptionType()?.getFields()['tick'];
  if (tick) Object.assign(tick, { subscribe, resolve });
  const clock = testClock();
  const logger = createLogger('silent');
  const throttle = watchedStore(clock);
  const surface = buildSurface(schema, {
    type: 'API',
    urgentMutations: {},
    logger,
    fieldLimits: createFieldLimits({ store: throttle }),
    argumentReader,
    maxDepth: 15,
  });
  let ids = 0;
  const services = {
    keys: {
      recheck: async () => ({ kind: 'ACTIVE', key, secret }),
      isCurrent: () => true,
      watch: () => () => {},
    },
    throttle,
    openStreams: createOpenStreams(),
    plans: defaultPlans,
    clock,
    logger,
    makeId: () => `${ids++}`,
    redact: (text: string) => text,
    estimateViolations: createCounter(),
    watch: unwatched,
    executionTimeoutMs: timeout,
    draining: new AbortController().signal,
  } as unknown as PipelineServices;
  const arrival = { requestId: 'r' } as unknown as Parameters<typeof startRecord>[0];
  const caller = { key, secret, privileges: surface.privilegesOf(key), policy: policyFor(key, defaultPlans) };
  const answer = subscribeOperation(
    {
      args: { schema, document: parse('subscription { tick { n } }') },
      record: startRecord(arrival, 'API'),
      surface,
      services,
      left: new AbortController().signal,
      contextFor: ({ privileges }) => ({ turn: createTurn(['test']), apiKey: key, access: privileges }),
    },
    caller,
  );
  return { answer, throttle, inFlight: async () => (await throttle.peek(caller.policy.buckets))[0]?.inFlight };
}

async function* ticks() {
  for (let n = 0; n < 3; n++) yield { n };
}

const codes = ({ errors = [] }: ExecutionResult) => errors.map(({ extensions }) => extensions['code']);

function streamOf(answer: Awaited<ReturnType<typeof setUp>['answer']>): AsyncIterableIterator<ExecutionResult> {
  if (!(Symbol.asyncIterator in answer)) throw new Error(JSON.stringify(answer));
  return answer;
}

describe('a subscription', () => {
  it('whose event takes too long says so in its place, pays for it, and goes on', async () => {
    let calls = 0;
    let letGo = () => {};
    const { answer, throttle, inFlight } = setUp(ticks, () =>
      ++calls === 2 ? new Promise<void>((resolve) => (letGo = resolve)) : { n: calls },
    );
    const stream = streamOf(await answer);
    expect((await stream.next()).value.data).toEqual({ tick: { n: 1 } });
    const late = (await stream.next()).value;
    expect([late.data, codes(late)]).toEqual([undefined, ['EXECUTION_TIMEOUT']]);
    expect(late.extensions.cost).toMatchObject({ requestedQueryCost: 11, actualQueryCost: 11 });
    expect(await inFlight()).toBe(1);
    letGo();
    await expect.poll(inFlight).toBe(0);
    expect((await stream.next()).value.data).toEqual({ tick: { n: 3 } });
    expect((await stream.next()).done).toBe(true);
    // The opening, and three events: each once.
    expect(throttle.settled.map(({ actual }) => actual / point)).toEqual([11, 11, 11, 11]);
    expect(new Set(throttle.settled.map(({ id }) => id)).size).toBe(4);
  });

  it('whose source does not open in time is refused, and a source that comes late is closed', async () => {
    let open: (source: unknown) => void = () => {};
    const { answer } = setUp(
      () => new Promise((resolve) => (open = resolve)),
      () => undefined,
    );
    expect(codes((await answer) as ExecutionResult)).toEqual(['EXECUTION_TIMEOUT']);
    let closed = 0;
    const source = {
      next: () => new Promise(() => {}),
      return: async () => ({ done: true, value: closed++ }),
      [Symbol.asyncIterator]: () => source,
    };
    open(source);
    await expect.poll(() => closed).toBe(1);
  });
});
