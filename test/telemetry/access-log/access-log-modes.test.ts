import { expect, it } from 'vitest';
import { readAccept } from '../../../src/http/accept.ts';
import type { Handled } from '../../../src/http/arrival.ts';
import type { RequestReport } from '../../../src/http/request-report.ts';
import { createLogger } from '../../../src/kernel/logger.ts';
import { type AccessLogMode, createAccessLog } from '../../../src/telemetry/access-log/access-log.ts';
import { testClock } from '../../support/test-clock.ts';

const clock = testClock();
const arrival = {
  peerAddress: undefined,
  repeatedCredentials: false,
  requestId: 'a-request',
  clientAddress: '192.0.2.1',
  method: 'POST',
  accept: readAccept(null),
  startedAt: clock.monotonic() - 12,
};
const request = { arrival, headers: new Headers(), surface: 'API', path: '/graphql' } as const;
const report: RequestReport = {
  surface: 'API',
  outcome: 'OK',
  errorCode: undefined,
  keyPublicId: undefined,
  applicationId: undefined,
  operationName: undefined,
  operationType: 'query',
  documentHash: undefined,
  requestedQueryCost: 1,
  actualQueryCost: 1,
  throttledBy: [],
  deniedPrivileges: [],
  wouldBeDenied: [],
  wouldBeThrottled: [],
};

/** Lines of three requests that went well, two that were throttled and one that did not get as far as the API. */
async function linesOf(mode: AccessLogMode, level: 'info' | 'warn' = 'info') {
  const lines: string[] = [];
  const logger = createLogger(level, { write: (line: string) => void lines.push(line) });
  const log = createAccessLog({ mode, ratePerSecond: 2, clock, logger });
  const answer = (status: number, more: Partial<Handled>) =>
    log.watch(request, async () => ({ response: new Response('', { status }), ...more }));
  const throttled = { ...report, outcome: 'THROTTLED', errorCode: 'THROTTLED', throttledBy: ['cost'] };
  for (let index = 0; index < 3; index++) await answer(200, { report });
  for (let index = 0; index < 2; index++) await answer(429, { report: throttled });
  await answer(413, {});
  return { lines: lines.map((line) => JSON.parse(line)), leftOut: log.leftOut };
}

it.each<[AccessLogMode, readonly number[], number]>([
  ['off', [], 0],
  ['errors', [429, 429], 1],
  ['sampled', [200, 200, 429, 429], 2],
  ['all', [200, 200, 200, 429, 429, 413], 0],
])('%s', async (mode, statuses, leftOut) => {
  const answer = await linesOf(mode);
  expect(answer.lines.map(({ status }) => status)).toEqual(statuses);
  expect(answer.leftOut).toBe(leftOut);
});

it('names the limit that refused, and how long it took', async () => {
  const { lines } = await linesOf('errors');
  expect(lines[0]).toMatchObject({ durationMs: 12, clientAddress: '192.0.2.1', throttledBy: ['cost'] });
});

it('has no line where the log is less than info', async () => {
  expect(await linesOf('all', 'warn')).toEqual({ lines: [], leftOut: 0 });
});
