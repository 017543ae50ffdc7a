import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { createMemoryStore } from '../../src/throttle/stores/memory-store.ts';
import { createRedisStore } from '../../src/throttle/stores/redis-store.ts';
import type { ThrottleStore } from '../../src/throttle/throttle-store.ts';

/**
 * The whole server as a process of its own, without Places data, on the store of REDIS_URL or one in memory. Says where it listens, and
 * on request the longest time in milliseconds that one call has waited for the store since it was last asked, less the
 * longest time in which this process did not run: a machine that is busy is not a store that is slow.
 */
const answer = readConfig(process.env, () => '');
if (answer.kind === 'INVALID') throw new Error(answer.problems.join('\n'));
const { config } = answer;

let longestWait = 0;
const resolution = 5;
const stalls = monitorEventLoopDelay({ resolution });
stalls.enable();
const { REDIS_URL } = config.throttle;
const store = timed(REDIS_URL ? createRedisStore({ url: REDIS_URL }) : createMemoryStore({ clock: systemClock }));
const app = await createApp(config, { throttle: store, seed: false, logger: createLogger('silent') });
const addresses = await app.listen();
process.send?.({ kind: 'LISTENING', ...addresses, adminKey: app.firstKeys.admin });

process.on('message', (message) => {
  if (message !== 'LONGEST_WAIT') return;
  const stalledMs = Math.max(0, stalls.max / 1e6 - resolution);
  process.send?.({ kind: 'LONGEST_WAIT', ms: Math.max(0, longestWait - stalledMs) });
  longestWait = 0;
  stalls.reset();
});
process.on('disconnect', () => process.exit(0));

/** Not `settle`: nobody waits for it. */
function timed(real: ThrottleStore): ThrottleStore {
  async function watch<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      longestWait = Math.max(longestWait, performance.now() - started);
    }
  }
  return {
    ...real,
    count: (windows) => watch(() => real.count(windows)),
    reserve: (reservation) => watch(() => real.reserve(reservation)),
    peek: (buckets) => watch(() => real.peek(buckets)),
  };
}
