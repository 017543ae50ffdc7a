/** Times of rounds, in microseconds a call: the middle one, and how far the others are from it. */
export interface Measurement {
  readonly median: number;
  /** Of the middle half of the rounds: the distance between its ends. */
  readonly spread: number;
}

export interface MeasureOptions {
  readonly rounds?: number;
  readonly callsPerRound: number;
  /** In milliseconds; the time on the wall by default. */
  readonly now?: () => number;
}

/** Milliseconds that this process has worked, on all its threads: what else the machine does is not in it. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Two rounds that do not count come first: the engine compiles in them. */
export async function measure(
  call: (index: number) => unknown,
  { rounds = 15, callsPerRound, now = () => performance.now() }: MeasureOptions,
): Promise<Measurement> {
  const times: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const started = now();
    for (let index = 0; index < callsPerRound; index++) {
      const answer = call(index);
      if (answer instanceof Promise) await answer;
    }
    if (round >= 0) times.push(((now() - started) * 1000) / callsPerRound);
  }
  return summary(times);
}

export function summary(times: readonly number[]): Measurement {
  const sorted = times.toSorted((left, right) => left - right);
  return { median: quantile(sorted, 0.5), spread: quantile(sorted, 0.75) - quantile(sorted, 0.25) };
}

/** Of values in ascending order. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** One line of a report; a budget that is missed sets the exit code. */
export function report(name: string, value: number, unit: string, budget?: number, details = ''): void {
  const within = budget === undefined || value < budget;
  const target = budget === undefined ? '' : `  (budget ${budget} ${unit}${within ? '' : ', MISSED'})`;
  process.stdout.write(
    `${name.padEnd(58)} ${value.toFixed(2).padStart(9)} ${unit}${target}${details && `  ${details}`}\n`,
  );
  if (!within) process.exitCode = 1;
}

export function spreadOf({ spread }: Measurement): string {
  return `± ${spread.toFixed(2)}`;
}
