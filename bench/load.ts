import autocannon from 'autocannon';
import { quantile } from './measure.ts';

export interface Target {
  readonly url: string;
  readonly key: string;
  readonly query: string;
}

export interface Round {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const connections = 8;

/** Asks over and over, on some connections at once, for some seconds. Rejects when an answer is not the expected 200. */
export async function load({ url, key, query }: Target, seconds: number): Promise<Round> {
  const times: number[] = [];
  const failures: string[] = [];
  const run = autocannon({
    url,
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
    body: JSON.stringify({ query }),
    connections,
    duration: seconds,
  });
  run.on('response', (_client, status, _bytes, ms) => {
    if (status === 200) times.push(ms);
    else failures.push(String(status));
  });
  run.on('reqError', (error) => failures.push(error.message));
  const started = performance.now();
  await run;
  const elapsed = (performance.now() - started) / 1000;
  if (failures.length > 0) throw new Error(`${failures.length} requests failed, the first with ${failures[0]}`);
  times.sort((left, right) => left - right);
  return {
    requestsPerSecond: times.length / elapsed,
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    p99: quantile(times, 0.99),
  };
}

/** The data of one answer. */
export async function ask({ url, key, query }: Target): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown };
  if (errors || response.status !== 200)
    throw new Error(`${url} answered ${response.status}: ${JSON.stringify(errors)}`);
  return data;
}
