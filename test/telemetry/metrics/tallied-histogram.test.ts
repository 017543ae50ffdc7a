import { Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createDurationTally, durationBounds } from '../../../src/telemetry/metrics/duration-tally.ts';
import { TalliedHistogram } from '../../../src/telemetry/metrics/tallied-histogram.ts';
import { samplesOf } from '../samples.ts';

const name = 'taken_seconds';
const help = 'Time taken.';

it('prints what the histogram of prom-client prints for the same durations', async () => {
  const ours = new Registry();
  const theirs = new Registry();
  const tallies = { query: createDurationTally(), mutation: createDurationTally() };
  ours.registerMetric(
    new TalliedHistogram(name, help, ['type'], () =>
      Object.entries(tallies).map(([type, tally]) => [tally, type] as const),
    ),
  );
  const reference = new Histogram({
    name,
    help,
    labelNames: ['type'],
    buckets: [...durationBounds],
    registers: [theirs],
  });
  const durations = [0, ...durationBounds, ...durationBounds.map((bound) => bound * 1.01), 31, 0.0042];
  for (const [index, seconds] of durations.entries()) {
    const type = index % 3 === 0 ? 'mutation' : 'query';
    tallies[type].add(seconds);
    reference.observe({ type }, seconds);
  }
  const inOrder = (text: string) =>
    new Map([...samplesOf(text.replaceAll(/\{(.*?),?(le="[^"]+"),?(.*?)\}/g, '{$2,$1$3}'))].sort());
  expect(inOrder(await ours.metrics())).toEqual(inOrder(await theirs.metrics()));
  expect((await ours.metrics()).split('\n').slice(0, 2)).toEqual([
    `# HELP ${name} ${help}`,
    `# TYPE ${name} histogram`,
  ]);
});
