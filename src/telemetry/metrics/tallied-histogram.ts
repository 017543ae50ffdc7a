import { Histogram } from 'prom-client';
import { type DurationTally, durationBounds } from './duration-tally.ts';

type Answer = Awaited<ReturnType<Histogram<string>['get']>>;

/** A tally with the values of its labels. */
export type LabelledDurations = readonly [tally: DurationTally, ...labels: readonly string[]];

/** A histogram of Prometheus that reads tallies when it is scraped. */
export class TalliedHistogram extends Histogram<string> {
  readonly #describe: Pick<Answer, 'name' | 'help'>;
  readonly #labelNames: readonly string[];
  readonly #read: () => Iterable<LabelledDurations>;

  constructor(name: string, help: string, labelNames: readonly string[], read: () => Iterable<LabelledDurations>) {
    super({ name, help, labelNames: [...labelNames], buckets: [...durationBounds], registers: [] });
    this.#describe = { name, help };
    this.#labelNames = labelNames;
    this.#read = read;
  }

  override async get(): Promise<Answer> {
    const values: Answer['values'] = [];
    for (const [tally, ...own] of this.#read()) {
      const labels = Object.fromEntries(this.#labelNames.map((label, index) => [label, own[index] ?? '']));
      values.push(...samplesOf(this.#describe.name, labels, tally));
    }
    // The declared type of `type` is a number, and the registry prints what stands there.
    return { ...this.#describe, type: 'histogram', aggregator: 'sum', collect: () => {}, values } as unknown as Answer;
  }

  /** What the registry asks a histogram for. */
  getForPromString(): Promise<Answer> {
    return this.get();
  }
}

/** Cumulative, as Prometheus wants them. */
function samplesOf(
  name: string,
  labels: Readonly<Record<string, string>>,
  { parts, count, sumSeconds }: DurationTally,
): Answer['values'] {
  let within = 0;
  const buckets = [...durationBounds, '+Inf' as const].map((le, index) => {
    within += parts[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: within };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sumSeconds },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
