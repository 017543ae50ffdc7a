import { readAccept } from '../src/http/accept.ts';
/** What metrics, traces without an SDK, and the access log cost a request: `npx tsx bench/telemetry.ts`. Processor time, in µs. */
import type { RequestReport } from '../src/http/request-report.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { createLogger } from '../src/kernel/logger.ts';
import { createTelemetry } from '../src/telemetry/create-telemetry.ts';

const requests = 30_000;
const report: RequestReport = {
  surface: 'API',
  outcome: 'OK',
  errorCode: undefined,
  keyPublicId: 'Y4YDQNXGvx32',
  applicationId: '01a20d6d-5a00-7420-bc66-4e8482b9a4b4',
  operationName: 'Named',
  operationType: 'query',
  documentHash: 'e'.repeat(64),
  requestedQueryCost: 3,
  actualQueryCost: 2,
  throttledBy: [],
  deniedPrivileges: [],
  wouldBeDenied: [],
  wouldBeThrottled: [],
};
const handled = { response: new Response(''), report };
const serve = async () => handled;
const headers = new Headers();
const steps = ['key', 'plan', 'privileges', 'cost', 'throttle', 'execute', 'settle', 'usage'] as const;
const logger = createLogger('info', { write: () => {} });

for (const mode of ['off', 'sampled', 'all'] as const) {
  const telemetry = createTelemetry({
    version: '0.0.0',
    accessLog: { mode, ratePerSecond: 100 },
    clock: systemClock,
    logger,
  });
  const watched = () => {
    const arrival = {
      peerAddress: '192.0.2.1',
      repeatedCredentials: false,
      requestId: 'a-request',
      clientAddress: '192.0.2.1',
      method: 'POST',
      accept: readAccept(null),
      startedAt: systemClock.monotonic(),
    };
    return telemetry.requests.watch({ arrival, headers, surface: 'API', path: '/graphql' }, serve);
  };
  const inside = async () => {
    for (const step of steps) telemetry.pipeline.step(step, () => handled);
  };
  const around = (await leastTime(watched)) - (await leastTime(serve));
  const cost = `${around.toFixed(2)} around a request, ${(await leastTime(inside)).toFixed(2)} for ${steps.length} steps`;
  process.stdout.write(`ACCESS_LOG=${mode}: ${cost}\n`);
  telemetry.close();
}

/** Of five rounds the one in which the machine did least else. */
async function leastTime(work: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const begin = process.cpuUsage();
    for (let index = 0; index < requests; index++) await work();
    const { user, system } = process.cpuUsage(begin);
    least = Math.min(least, (user + system) / requests);
  }
  return least;
}
