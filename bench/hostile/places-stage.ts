import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { type App, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/read-config.ts';
import type { Database } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { onServer, urlOf } from '../../test/support/test-templates.ts';

/** The real server with all places, on a database of its own that is gone afterwards. */
export interface PlacesStage {
  readonly app: App;
  readonly engine: 'PostgreSQL' | 'embedded';
  /** A new key of a new application, with a budget that nothing here spends. */
  key(privileges: readonly string[]): Promise<StagedKey>;
  query(key: string, query: string): Promise<Answer>;
  manage(query: string, variables?: object): Promise<Answer>;
  /** Milliseconds of processor time that the server and its database have used; of the server alone, when the database is elsewhere. */
  work(): number;
  close(): Promise<void>;
}

export interface StagedKey {
  readonly id: string;
  readonly text: string;
}

export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: an answer, whatever it is
  readonly data: any;
  readonly errors?: readonly { readonly message: string }[];
  readonly extensions?: { readonly cost?: { readonly requestedQueryCost: number; readonly actualQueryCost: number } };
}

/** @param server URL of a PostgreSQL server; the embedded engine without it */
export async function openPlacesStage(server: string | undefined): Promise<PlacesStage> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldpass-bench-'));
  const name = `fieldpass_bench_${randomUUID().slice(0, 8)}`;
  if (server) await onServer(server, (admin) => admin.unsafe(`CREATE DATABASE ${name}`));
  const logger = createLogger('silent');
  const location = server ? { url: urlOf(server, name) } : { dataDir: folder };
  const database = await openDatabase({ logger, ...location });
  const answer = readConfig({ DATA_DIR: folder, PORT: '0', KEY_PEPPER: '11'.repeat(32) }, () => '');
  if (answer.kind === 'INVALID') throw new Error(answer.problems.join('\n'));
  const app = await createApp(answer.config, { logger, database });
  const admin = app.firstKeys.admin ?? '';

  async function post(path: string, key: string, query: string, variables: object = {}): Promise<Answer> {
    const response = await app.fetch(
      new Request(`http://localhost${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
        body: JSON.stringify({ query, variables }),
      }),
    );
    return (await response.json()) as Answer;
  }
  const manage: PlacesStage['manage'] = (query, variables) => post('/admin/graphql', admin, query, variables);
  const backends = server ? await backendsOf(database) : () => 0;

  return {
    app,
    engine: server ? 'PostgreSQL' : 'embedded',
    manage,
    query: (key, query) => post('/graphql', key, query),
    async key(privileges) {
      const application = await manage(
        'mutation { createApplication(input: { name: "Bench", ownerName: "Ada", ownerEmail: "ada@example.com" }) { application { id } } }',
      );
      const throttle = {
        maximumAvailable: 1_000_000_000,
        restoreRate: 1_000_000,
        maximumCost: 1_000_000,
        inFlight: 1000,
        requests: { max: 1_000_000, window: 'PT1M' },
      };
      const { data, errors } = await manage(
        'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } key } }',
        {
          input: {
            applicationId: application.data.createApplication.application.id,
            name: 'bench',
            privileges,
            throttle,
          },
        },
      );
      if (errors) throw new Error(JSON.stringify(errors));
      return { id: data.createApiKey.apiKey.id, text: data.createApiKey.key };
    },
    work: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000 + backends();
    },
    async close() {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
      if (server) await onServer(server, (own) => own.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/** Processor time of the processes that serve this database, when they run on this machine (proc(5), in ticks of 10 ms). */
async function backendsOf(database: Database): Promise<() => number> {
  const known = new Map<number, number>();
  const look = async (): Promise<void> => {
    const rows = await database.rows<{ pid: number }>(
      sql`SELECT pid FROM pg_stat_activity WHERE datname = current_database()`,
    );
    for (const { pid } of rows) known.set(pid, known.get(pid) ?? 0);
  };
  await look();
  setInterval(() => void look().catch(() => {}), 500).unref();
  return () => {
    let total = 0;
    for (const [pid, last] of known) {
      const now = ticksOf(pid) ?? last;
      known.set(pid, now);
      total += now * 10;
    }
    return total;
  };
}

function ticksOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return undefined;
  }
}
