import { Counter, Gauge, type Registry } from 'prom-client';
import { type MetricDefinition, type MetricName, metricDefinitions } from './definitions.ts';
import { type LabelledDurations, TalliedHistogram } from './tallied-histogram.ts';

/** A value with those of its labels, in the order of the definition. */
export type Sample = readonly [value: number, ...labels: readonly string[]];

/** What a metric is at the moment of a scrape. Counters are read too: what is on the way of a request only adds up. */
export interface MetricReaders {
  /** A counter or a gauge. */
  values(name: MetricName, read: () => Iterable<Sample>): void;
  durations(name: MetricName, read: () => Iterable<LabelledDurations>): void;
}

/** Puts metrics into a registry of its own: nothing is global, so a process may hold several apps. */
export function metricReaders(registry: Registry): MetricReaders {
  return {
    values(name, read) {
      const { type, help, labels }: MetricDefinition = metricDefinitions[name];
      const options = { name, help, labelNames: labels, registers: [registry] };
      if (type === 'counter') {
        new Counter({
          ...options,
          collect() {
            this.reset();
            for (const [value, ...own] of read()) this.labels(...own).inc(value);
          },
        });
        return;
      }
      new Gauge({
        ...options,
        collect() {
          this.reset();
          for (const [value, ...own] of read()) this.labels(...own).set(value);
        },
      });
    },
    durations(name, read) {
      const { help, labels }: MetricDefinition = metricDefinitions[name];
      registry.registerMetric(new TalliedHistogram(name, help, labels, read));
    },
  };
}
