/** What the gate costs: `npm run bench`. See README.md beside this file. */
import { fork, spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { onServer, urlOf } from '../test/support/test-templates.ts';
import { ask, load, type Round } from './load.ts';
import { summary } from './measure.ts';
import type { TwoServers } from './two-servers.ts';

const queries = {
  small: '{ country(code: "CH") { name capital } }',
  medium: `{
    country(code: "CH") {
      name
      cities(first: 20, orderBy: { field: POPULATION, direction: DESC }) {
        totalCount
        nodes { id name population location { latitude longitude } country { name region } }
        pageInfo { hasNextPage }
      }
    }
  }`,
} as const;
const variants = ['gated', 'plain'] as const;
const rounds = 5;
const warmUpSeconds = 2;
const roundSeconds = 2;
/** The whole thing ends by itself, whatever hangs. */
const longestMs = 90_000;

const processors = availableParallelism();
const folder = mkdtempSync(join(tmpdir(), 'fieldpass-bench-'));
const database = `fieldpass_bench_${randomUUID().slice(0, 8)}`;
const { DATABASE_URL, REDIS_URL, THROTTLE_LEASE } = process.env;
if (DATABASE_URL) await onServer(DATABASE_URL, (sql) => sql.unsafe(`CREATE DATABASE ${database}`));

const child = fork(new URL('./two-servers.ts', import.meta.url), [], {
  execArgv: ['--import', 'tsx'],
  env: {
    PATH: process.env['PATH'],
    DATA_DIR: folder,
    KEY_PEPPER: randomBytes(32).toString('hex'),
    ...(DATABASE_URL ? { DATABASE_URL: urlOf(DATABASE_URL, database) } : {}),
    ...(REDIS_URL ? { REDIS_URL } : {}),
    ...(THROTTLE_LEASE ? { THROTTLE_LEASE } : {}),
  },
  // Its log goes nowhere, and costs what it costs.
  stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
});
const watchdog = setTimeout(() => {
  process.stderr.write(`The benchmark did not end within ${longestMs / 1000} s.\n`);
  child.kill('SIGKILL');
  process.exit(1);
}, longestMs);

try {
  const pinned = pin(child.pid, 0) && pin(process.pid, 1);
  const [servers] = (await Promise.race([once(child, 'message'), failure()])) as [TwoServers];
  const engine = DATABASE_URL ? 'a PostgreSQL server' : 'embedded PostgreSQL, in the same process';
  const buckets = REDIS_URL ? 'Redis' : DATABASE_URL ? 'PostgreSQL' : 'memory';
  print(
    `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'} × ${processors}, ${engine}, buckets in ${buckets}`,
  );
  print(pinned ? 'Server on processor 0, load on processor 1.' : 'Not pinned: there is no taskset, or one processor.');
  for (const [name, query] of Object.entries(queries)) await compare(name, query, servers);
} finally {
  clearTimeout(watchdog);
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  rmSync(folder, { recursive: true, force: true });
  if (DATABASE_URL) {
    await onServer(DATABASE_URL, (sql) => sql.unsafe(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));
  }
}

/** Both servers in turns, so that a machine that slows down slows both. */
async function compare(name: string, query: string, servers: TwoServers): Promise<void> {
  const target = (variant: (typeof variants)[number]) => ({ url: servers[variant], key: servers.key, query });
  const [gated, plain] = await Promise.all(variants.map((variant) => ask(target(variant))));
  if (!isDeepStrictEqual(gated, plain)) throw new Error(`the servers do not answer ${name} alike`);
  const results: Record<(typeof variants)[number], Round[]> = { gated: [], plain: [] };
  for (const variant of variants) await load(target(variant), warmUpSeconds);
  for (let round = 0; round < rounds; round++) {
    for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
      results[variant].push(await load(target(variant), roundSeconds));
    }
  }

  print(`\n${name} query          requests/s           p50 ms   p95 ms   p99 ms`);
  for (const variant of variants) {
    const middle = (of: keyof Round) => summary(results[variant].map((round) => round[of]));
    const rate = middle('requestsPerSecond');
    const latencies = (['p50', 'p95', 'p99'] as const).map((of) => middle(of).median.toFixed(2).padStart(8));
    print(
      `  ${variant.padEnd(12)}${rate.median.toFixed(0).padStart(14)} ± ${rate.spread.toFixed(0).padEnd(8)}${latencies.join(' ')}`,
    );
  }
  const ratios = results.gated.map((round, index) => {
    const beside = results.plain[index];
    return beside ? round.requestsPerSecond / beside.requestsPerSecond : Number.NaN;
  });
  const perRequest = (of: readonly Round[]) => 1e6 / summary(of.map((round) => round.requestsPerSecond)).median;
  const ratio = summary(ratios);
  print(
    `  gated / plain = ${ratio.median.toFixed(2)} ± ${ratio.spread.toFixed(2)}; the gate takes ${(perRequest(results.gated) - perRequest(results.plain)).toFixed(0)} µs a request`,
  );
}

/** True when the process runs on this processor alone from now on. */
function pin(pid: number | undefined, processor: number): boolean {
  if (pid === undefined || processors <= processor) return false;
  return spawnSync('taskset', ['-a', '-p', '-c', String(processor), String(pid)]).status === 0;
}

async function failure(): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`the servers ended with code ${code} before they listened`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
