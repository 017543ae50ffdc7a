import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MetricReaders } from './registry.ts';

const resolutionMs = 20;
const nanoseconds = 1e9;

/**
 * The process, under the names that prom-client's own collectors give, so that dashboards made for Node fit. Theirs
 * watch garbage collection until the process ends; these stop when they are told to. Answers with what stops them.
 */
export function readProcess(readers: MetricReaders): () => void {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  readers.values('nodejs_eventloop_lag_mean_seconds', () => [[seconds(delay.mean)]]);
  readers.values('nodejs_eventloop_lag_p50_seconds', () => [[seconds(delay.percentile(50))]]);
  readers.values('nodejs_eventloop_lag_p99_seconds', () => [[seconds(delay.percentile(99))]]);
  readers.values('nodejs_eventloop_lag_max_seconds', () => {
    const longest = seconds(delay.max);
    // The last of the four that is read: the next scrape begins anew.
    delay.reset();
    return [[longest]];
  });
  readers.values('nodejs_heap_size_used_bytes', () => [[process.memoryUsage().heapUsed]]);
  readers.values('nodejs_heap_size_total_bytes', () => [[process.memoryUsage().heapTotal]]);
  readers.values('nodejs_external_memory_bytes', () => [[process.memoryUsage().external]]);
  readers.values('process_resident_memory_bytes', () => [[process.memoryUsage.rss()]]);
  readers.values('process_cpu_user_seconds_total', () => [[process.cpuUsage().user / 1e6]]);
  readers.values('process_cpu_system_seconds_total', () => [[process.cpuUsage().system / 1e6]]);
  const startedAt = Math.round(performance.timeOrigin / 1000);
  readers.values('process_start_time_seconds', () => [[startedAt]]);
  return () => delay.disable();
}

/** The timer's own resolution is no delay; without a sample there is none either. */
function seconds(delay: number): number {
  return Number.isFinite(delay) ? Math.max(0, delay - resolutionMs * 1e6) / nanoseconds : 0;
}
