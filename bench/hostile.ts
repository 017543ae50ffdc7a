/**
 * What the worst that a key can send costs the server: `npx tsx bench/hostile.ts [section…]`. What is asked of a database
 * runs embedded and, with TEST_DATABASE_URL or DATABASE_URL, on PostgreSQL. `BENCH_SEED` and `BENCH_DOCUMENTS` say which
 * documents are generated, and how many. Ends by itself.
 */
import { besideTheWorst } from './hostile/beside-the-worst.ts';
import { bytesPerPoint, residentMemory } from './hostile/bytes-per-point.ts';
import { millisecondsPerPoint } from './hostile/milliseconds-per-point.ts';
import { openPlacesStage, type PlacesStage } from './hostile/places-stage.ts';
import { refusedDocuments } from './hostile/refused-documents.ts';
import { openStage, type Stage } from './hostile/stage.ts';

const generated = {
  seed: Number(process.env['BENCH_SEED'] ?? Date.now() % 1_000_000),
  documents: Number(process.env['BENCH_DOCUMENTS'] ?? 150),
};

/** One function a section; a name on the command line chooses it. */
const sections: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  'refused-documents': refusedDocuments,
  bytes: (stage) => bytesPerPoint(stage, generated),
  memory: (stage) => residentMemory(stage, Number(process.env['BENCH_DOCUMENTS'] ?? 5_000)),
};

/** The same with all places in a database, on each engine. */
const placesSections: Readonly<Record<string, (stage: PlacesStage) => Promise<void>>> = {
  points: (stage) => millisecondsPerPoint(stage, generated),
  latency: besideTheWorst,
};
const longestMs = 900_000;

setTimeout(() => {
  process.stderr.write(`The benchmark did not end within ${longestMs / 1000} s.\n`);
  process.exit(1);
}, longestMs).unref();

const chosen = process.argv.slice(2);
const isChosen = ([name]: readonly [string, unknown]): boolean => chosen.length === 0 || chosen.includes(name);

if (Object.entries(sections).some(isChosen)) {
  const stage = await openStage();
  try {
    for (const [, run] of Object.entries(sections).filter(isChosen)) await run(stage);
  } finally {
    await stage.close();
  }
}

const server = process.env['TEST_DATABASE_URL'] ?? process.env['DATABASE_URL'];
for (const each of server ? [undefined, server] : [undefined]) {
  if (!Object.entries(placesSections).some(isChosen)) break;
  const stage = await openPlacesStage(each);
  try {
    for (const [, run] of Object.entries(placesSections).filter(isChosen)) await run(stage);
  } finally {
    await stage.close();
  }
}
