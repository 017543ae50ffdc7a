import { picker } from './picker.ts';
import type { Stage } from './stage.ts';
import { wideDocument } from './wide-documents.ts';

const times = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ');

interface Worst {
  readonly name: string;
  readonly query: string;
  /** What is denied is answered as null. */
  readonly onDenied?: 'NULL';
}

const pages = (fragment: string, selected: string): string =>
  `{ ${times(10, (n) => `a${n}: cities(first: 100) { ...C }`)} } fragment C on ${fragment} { ${selected} }`;

/** What answers most for what it costs, as far as anybody found. */
const worst: readonly Worst[] = [
  { name: 'a plain list', query: '{ cities(first: 100) { nodes { name } } }' },
  { name: 'free leaves of edges', query: pages('CityConnection', `edges { ${times(4, (n) => `c${n}: cursor`)} }`) },
  { name: 'many leaves of edges', query: pages('CityConnection', `edges { ${times(100, (n) => `c${n}: cursor`)} }`) },
  {
    name: 'leaves of pageInfo',
    query: pages('CityConnection', `pageInfo { ${times(100, (n) => `c${n}: endCursor`)} }`),
  },
  { name: 'free leaves of nodes', query: pages('CityConnection', `nodes { ${times(100, (n) => `c${n}: id`)} }`) },
  { name: 'lists of leaves', query: `{ viewer { ${times(100, (n) => `p${n}: privileges`)} } }` },
  { name: 'free lists of leaves', query: `{ viewer { ${times(10, (n) => `p${n}: privileges`)} } }` },
  { name: 'names of the root type', query: `{ ${times(1_500, (n) => `a${n}: __typename`)} }` },
  {
    name: 'nulls of denied fields',
    query: pages('CityConnection', `nodes { name ${times(100, (n) => `b${n}: population`)} }`),
    onDenied: 'NULL',
  },
];

const keysOf = async (stage: Stage): Promise<Record<'all' | 'some', string>> => ({
  all: await stage.createKey(['read:*']),
  some: await stage.createKey(['read:Query', 'read:City.name'], { onDenied: 'NULL' }),
});

export interface BytesOptions {
  readonly seed: number;
  /** How many are generated beside those that were found by hand. */
  readonly documents: number;
}

/** Bytes of the answer that a point buys; answers alone, since a refusal says little. */
export async function bytesPerPoint(stage: Stage, { seed, documents }: BytesOptions): Promise<void> {
  const keys = await keysOf(stage);
  for (const { name, query, onDenied } of worst) {
    const { points, bytes, code } = await stage.send(onDenied ? keys.some : keys.all, query);
    stage.line(`bytes per point: ${name}`, `${perPoint(bytes, points)} (${bytes} for ${points}, ${code})`);
  }
  const pick = picker(seed);
  const found: Generated[] = [];
  const refused = new Map<string, number>();
  let spending = keys;
  for (let index = 0; index < documents; index++) {
    // A budget that nothing here spends whole.
    if (index % 50 === 49) spending = await keysOf(stage);
    const { query, isDenied } = wideDocument(pick);
    const { points, bytes, code } = await stage.send(isDenied ? spending.some : spending.all, query);
    const isAnswered = code === 'OK' || (isDenied && code === 'UNAUTHORIZED_FIELD_OR_TYPE');
    if (isAnswered) found.push({ points, bytes, query, isDenied });
    else refused.set(code, (refused.get(code) ?? 0) + 1);
  }
  found.sort((left, right) => perPoint(right.bytes, right.points) - perPoint(left.bytes, left.points));
  const refusals = [...refused].map(([code, count]) => `${count} ${code}`).join(', ') || 'none';
  stage.line('bytes per point: generated', `${found.length} answered, refused ${refusals} (seed ${seed})`);
  for (const isDenied of [false, true]) {
    for (const each of found.filter((one) => one.isDenied === isDenied).slice(0, 3)) {
      const how = isDenied ? 'worst generated, denied' : 'worst generated';
      const of = `${each.bytes} for ${each.points}`;
      stage.line(
        `bytes per point: ${how}`,
        `${perPoint(each.bytes, each.points)} (${of}) ${beginningAndEnd(each.query)}`,
      );
    }
  }
}

interface Generated {
  readonly points: number;
  readonly bytes: number;
  readonly query: string;
  readonly isDenied: boolean;
}

function perPoint(bytes: number, points: number): number {
  return Math.round(bytes / Math.max(1, points));
}

function beginningAndEnd(query: string): string {
  const short = query.replaceAll(/a{9,}/g, (letters) => `a×${letters.length}_`);
  return short.length <= 240
    ? short
    : `${short.slice(0, 40)} … ${short.slice(short.indexOf('fragment'), short.indexOf('fragment') + 150)} …`;
}

/** Between two looks at the memory. */
const step = 1_000;

/** What the process holds, in MB: all of it, and what V8 and its buffers have of it. */
function held(): string {
  const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage();
  const parts = { rss, 'heap used': heapUsed, 'heap total': heapTotal, external, 'of that buffers': arrayBuffers };
  return Object.entries(parts)
    .map(([name, bytes]) => `${name} ${Math.round(bytes / 1_000_000)}`)
    .join(', ');
}

/** What the process holds after as many of the worst documents, each of them new. */
export async function residentMemory(stage: Stage, documents: number): Promise<void> {
  const look = (name: string): void => {
    globalThis.gc?.();
    stage.line(`memory, MB: ${name}`, held());
  };
  look('before');
  // A budget each, that nothing here spends whole: a key for every thousand documents.
  let keys = await keysOf(stage);
  const small = worst.filter(({ name }) => !name.startsWith('many') && !name.startsWith('free leaves of nodes'));
  for (let index = 0; index < documents; index++) {
    if (index % step === step - 1) keys = await keysOf(stage);
    const { query, onDenied } = small[index % small.length] ?? { query: '{ viewer { __typename } }' };
    await stage.send(onDenied ? keys.some : keys.all, query.replace('{ ', `{ x${index}: __typename `));
    if (index % step === step - 1) look(`after ${index + 1} documents`);
  }
  await stage.app.idle();
  look('at rest');
}
