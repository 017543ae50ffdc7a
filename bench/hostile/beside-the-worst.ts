import { quantile, report } from '../measure.ts';
import { repeated } from './places-documents.ts';
import type { PlacesStage } from './places-stage.ts';

/** A document has at most `MAX_TOKENS`, 5,000. */
const mostAliases = 120;

/** What keeps a database busiest for one operation: many scans, counts and wide searches at once. */
const worst = [
  repeated(
    () => 'cities(first: 1, orderBy: { field: NAME }, filter: { name: { contains: "zzzz" } }) { nodes { name } }',
    mostAliases,
  ),
  repeated(() => 'cities(first: 1) { totalCount }', 200),
  repeated(() => 'citiesNear(latitude: 48.85, longitude: 2.35, radiusKm: 500, first: 1) { name }', 200),
];
const samples = 200;
const times = 10;

/** How long another key's small query, and the end of the very key that does it, take beside the worst operations. */
export async function besideTheWorst(stage: PlacesStage): Promise<void> {
  const [busy, other] = [await stage.key(['read:*']), await stage.key(['read:*'])];
  const { data } = await stage.query(other.text, '{ cities(first: 1) { nodes { id } } }');
  const small = `{ city(id: "${data.cities.nodes[0].id}") { name } }`;
  const ask = async (): Promise<number> => {
    const start = performance.now();
    const { errors } = await stage.query(other.text, small);
    if (errors) throw new Error(errors[0]?.message);
    return performance.now() - start;
  };
  for (let warm = 0; warm < 50; warm++) await ask();
  const idle = await many(ask);
  report(`${stage.engine}: another key's small query, idle, p50`, quantile(idle, 0.5), 'ms');
  report(`${stage.engine}: another key's small query, idle, p99`, quantile(idle, 0.99), 'ms');

  let over = false;
  let ending = false;
  const keepBusy = async (): Promise<void> => {
    for (let index = 0; !over; index++) {
      const { errors } = await stage.query(busy.text, worst[index % worst.length] ?? small);
      if (errors && !over && !ending) throw new Error(errors[0]?.message);
      // Refusals alone would let nothing else of this process run.
      await pause(0);
    }
  };
  const running = [keepBusy(), keepBusy()];
  await pause(200);
  const beside = await many(ask);
  report(`${stage.engine}: beside the worst operations, p50`, quantile(beside, 0.5), 'ms');
  const p99 = quantile(beside, 0.99);
  const aim = times * quantile(idle, 0.99);
  report(
    `${stage.engine}: beside the worst operations, p99`,
    p99,
    'ms',
    stage.engine === 'PostgreSQL' ? aim : undefined,
  );

  ending = true;
  const start = performance.now();
  const revoked = await stage.manage(
    'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { status } receipt { effectiveAt } } }',
    { id: busy.id },
  );
  const took = performance.now() - start;
  over = true;
  if (revoked.data?.revokeApiKey?.apiKey?.status !== 'REVOKED') throw new Error(JSON.stringify(revoked));
  report(`${stage.engine}: revokeApiKey of the busy key`, took, 'ms', 1000);
  await Promise.all(running);
}

async function many(ask: () => Promise<number>): Promise<number[]> {
  const all: number[] = [];
  const until = performance.now() + 20_000;
  while (all.length < samples && performance.now() < until) {
    all.push(await ask());
    await pause(5);
  }
  return all.sort((left, right) => left - right);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
