import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, openAsBlob, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import postgres from 'postgres';
import { seedPlaces } from '../../src/apis/places/seed/seed-places.ts';
import { migrate } from '../../src/db/migrate.ts';
import { readMigrations } from '../../src/db/migrations.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { defaultOpenOptions } from '../../src/db/open-options.ts';
import { openPglite } from '../../src/db/pglite.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { placesSample, sampleClock } from './places-sample.ts';

/** What every test database starts from: files of the embedded engine, or the names of template databases. */
export interface TestTemplates {
  readonly kind: 'PGLITE' | 'POSTGRES';
  /** Migrated, with no rows. */
  readonly empty: string;
  /** With the sample of Places too. */
  readonly places: string;
}

/** For what is the same on both engines. */
export const onEmbeddedOnly = process.env['TEST_DATABASE_URL'] === undefined;

const logger = createLogger('silent');

/**
 * Makes a dump quick to open, a hundred times in a run: its size is half in databases that nobody connects to, and the
 * engine fills all of its buffers with zeros when it starts (128 MB unless told otherwise).
 */
const lean = [
  'ALTER DATABASE template0 IS_TEMPLATE false',
  'DROP DATABASE template0',
  'ALTER DATABASE template1 IS_TEMPLATE false',
  'DROP DATABASE template1',
  "ALTER SYSTEM SET shared_buffers = '16MB'",
];

/** Of a database's first 27 MB 16 would be its log: segments of 1 MB, which can be chosen only where a cluster is made. */
const smallSegments = ['--wal-segsize=1'];

async function smallCluster(): Promise<Blob> {
  const engine = await PGlite.create({ initDbStartParams: smallSegments });
  try {
    await engine.exec('CHECKPOINT');
    return await engine.dumpDataDir('none');
  } finally {
    await engine.close();
  }
}

/** Dumps are kept between runs in the system's folder for temporary files, under a name that says what is in them. */
export async function preparePgliteTemplates(): Promise<TestTemplates> {
  const folder = join(tmpdir(), `fieldpass-test-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (statSync(folder).uid !== userInfo().uid) throw new Error(`${folder} belongs to somebody else: remove it`);
  const version = templateVersion();
  const empty = join(folder, `${version}-empty.tar`);
  const places = join(folder, `${version}-places.tar`);
  const present = new Set(readdirSync(folder));
  for (const name of present) {
    if (!name.startsWith(version) && isOlderThanAnHour(join(folder, name))) rmSync(join(folder, name), { force: true });
  }
  if (!present.has(`${version}-empty.tar`) || !present.has(`${version}-places.tar`)) {
    const migrations = readMigrations();
    const database = await openPglite({ ...defaultOpenOptions, logger, snapshot: await smallCluster() }, migrations);
    await migrate(database, migrations, logger);
    for (const statement of lean) await database.engine.exec(statement);
    const dump = async (path: string): Promise<void> => {
      // A dump is of a running engine: what stands in its log is replayed by everybody who opens it.
      await database.engine.exec('CHECKPOINT');
      const blob = await database.engine.dumpDataDir('none');
      // Renamed when whole: another run at the same moment never reads half a file.
      const half = `${path}.${randomUUID()}`;
      writeFileSync(half, Buffer.from(await blob.arrayBuffer()));
      renameSync(half, path);
    };
    await dump(empty);
    await seedPlaces(database, { clock: sampleClock, source: placesSample });
    await dump(places);
    await database.close();
  }
  return { kind: 'PGLITE', empty, places };
}

function isOlderThanAnHour(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > 3_600_000;
}

/** Everything that decides what is in a dump. */
function templateVersion(): string {
  const hash = createHash('sha256');
  for (const migration of readMigrations()) hash.update(migration.hash);
  const seed = new URL('../../src/apis/places/seed/', import.meta.url);
  const sources = readdirSync(seed).map((name) => new URL(name, seed));
  for (const source of [...sources, new URL('./places-sample.ts', import.meta.url)]) hash.update(readFileSync(source));
  hash.update([...lean, ...smallSegments].join());
  // The engine's version, and the data packages'.
  hash.update(readFileSync(new URL('../../package-lock.json', import.meta.url)));
  return hash.digest('hex').slice(0, 16);
}

export async function preparePostgresTemplates(url: string): Promise<TestTemplates> {
  const run = randomUUID().slice(0, 8);
  const empty = `fieldpass_test_${run}_empty`;
  const places = `fieldpass_test_${run}_places`;
  await onServer(url, (server) => server.unsafe(`CREATE DATABASE ${empty}`));
  await (await openDatabase({ url: urlOf(url, empty), logger })).close();
  await onServer(url, (server) => server.unsafe(`CREATE DATABASE ${places} TEMPLATE ${empty}`));
  const seeded = await openDatabase({ url: urlOf(url, places), logger });
  await seedPlaces(seeded, { clock: sampleClock, source: placesSample });
  await seeded.close();
  return { kind: 'POSTGRES', empty, places };
}

/** Drops the templates and what a test that was ended in the middle left behind. */
export async function dropPostgresTemplates(url: string, templates: TestTemplates): Promise<void> {
  const prefix = templates.empty.slice(0, -'_empty'.length);
  await onServer(url, async (server) => {
    const left =
      await server`SELECT datname FROM pg_database WHERE datname LIKE ${`${prefix.replaceAll('_', '\\_')}%`}`;
    for (const { datname } of left) await server.unsafe(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
  });
}

export async function onServer<Value>(url: string, work: (server: postgres.Sql) => Promise<Value>): Promise<Value> {
  const server = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(server);
  } finally {
    await server.end({ timeout: 5 });
  }
}

export function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

export async function readTemplate(path: string): Promise<Blob> {
  return await openAsBlob(path);
}
