import { quantile, report } from '../measure.ts';
import { picker } from './picker.ts';
import { repeated, worstField } from './places-documents.ts';
import type { PlacesStage } from './places-stage.ts';

export interface MillisecondsOptions {
  readonly seed: number;
  readonly documents: number;
}

const yardstick = '{ cities(first: 100) { nodes { name } } }';
/** A request has a price of its own, which is not the database's: a document asks for its field several times. */
const aliases = 8;
/** What costs next to nothing is asked for more often, so that what a request takes is shared. */
const aliasesOfCheap = 20;
/** Points from which on a field is held to `mostTimes`: below, one statement is more than they stand for. */
const heldFrom = 10;
const mostRuns = 15;
const yardstickRuns = 60;
/** Nothing is cheaper than the yardstick by more than this. */
const mostTimes = 5;

/**
 * The processor time, of the server and its database, that a point buys in the dearest of generated documents, against
 * that which it buys in a plain list of the same run. A document is run until it took long enough to be measured.
 */
export async function millisecondsPerPoint(
  stage: PlacesStage,
  { seed, documents }: MillisecondsOptions,
): Promise<void> {
  const key = (await stage.key(['read:*'])).text;
  const pick = picker(seed);
  for (let warm = 0; warm < 100; warm++) await stage.query(key, yardstick);
  const usual = (await perPoint(stage, key, yardstick, 400, yardstickRuns)).ms;
  report(`${stage.engine}: a point of ${yardstick}`, usual * 1000, 'µs');

  const found: Measured[] = [];
  for (let index = 0; index < documents; index++) {
    const field = worstField(pick);
    const price = await priceOf(stage, key, repeated(field, 1));
    const query = repeated(field, price < heldFrom ? aliasesOfCheap : aliases);
    // The calls of this field are counted by key.
    const own = query.includes('searchPlaces') ? (await stage.key(['read:*'])).text : key;
    const first = await perPoint(stage, own, query, 40);
    // What looks bad is measured again, longer: a single collection of garbage looks bad too.
    const sure = first.ms > mostTimes * usual ? await perPoint(stage, own, query, 300) : first;
    found.push({ ms: sure.ms, price, field: field() });
  }
  found.sort((left, right) => right.ms - left.ms);
  const times = found.map(({ ms }) => ms / usual).toSorted((left, right) => left - right);
  const heading = `${stage.engine}: worst of ${documents} documents (seed ${seed})`;
  report(heading, times.at(-1) ?? 0, 'times');
  const held = found.find(({ price }) => price >= heldFrom);
  if (held) report(`${heading} of ${heldFrom} points or more`, held.ms / usual, 'times', mostTimes);
  const cheap = found.find(({ price }) => price < heldFrom);
  if (cheap) report(`${heading} of less, ${aliasesOfCheap} times in one request`, cheap.ms / usual, 'times');
  report(`${stage.engine}: 99th percentile`, quantile(times, 0.99), 'times');
  report(`${stage.engine}: median`, quantile(times, 0.5), 'times');
  for (const { ms, price, field } of [
    ...found.filter((each) => each.price >= heldFrom).slice(0, 5),
    ...found.slice(0, 8),
  ]) {
    process.stdout.write(
      `  ${(ms / usual).toFixed(1).padStart(6)} ×  ${(ms * 1000).toFixed(0).padStart(6)} µs a point  ${price} points  ${field}\n`,
    );
  }
}

interface Measured {
  /** Of one point. */
  readonly ms: number;
  /** Of the field once, as requested. */
  readonly price: number;
  readonly field: string;
}

async function priceOf(stage: PlacesStage, key: string, query: string): Promise<number> {
  const { errors, extensions } = await stage.query(key, query);
  const price = extensions?.cost?.requestedQueryCost;
  if (price === undefined) throw new Error(`${errors?.[0]?.message}: ${query}`);
  return price;
}

/** At least `leastMs` of work, and three runs. */
async function perPoint(
  stage: PlacesStage,
  key: string,
  query: string,
  leastMs: number,
  most = mostRuns,
): Promise<{ ms: number }> {
  let points = 0;
  const start = stage.work();
  for (let run = 0; run < 3 || stage.work() - start < leastMs; run++) {
    const { errors, extensions } = await stage.query(key, query);
    if (errors) throw new Error(`${errors[0]?.message}: ${query.slice(0, 300)}`);
    points += extensions?.cost?.actualQueryCost ?? 0;
    if (run === most) break;
  }
  return { ms: (stage.work() - start) / points };
}
