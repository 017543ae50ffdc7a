import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { StartError } from '../../src/kernel/start-error.ts';

const logger = createLogger('silent');
let parent: string;
let dataDir: string;

beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'fieldpass-open-'));
  dataDir = join(parent, 'data');
});

afterAll(() => rmSync(parent, { recursive: true, force: true }));

function open(): Promise<Database> {
  return openDatabase({ dataDir, logger });
}

describe('the embedded database', () => {
  it('starts anew where a first start died while it laid out the folder', async () => {
    mkdirSync(join(dataDir, 'database'), { recursive: true });
    writeFileSync(join(dataDir, 'database', 'PG_VERSION'), '18\n');
    writeFileSync(join(dataDir, 'database.unfinished'), '');
    const database = await open();
    expect(await database.ready()).toBe(true);
    expect(existsSync(join(dataDir, 'database.unfinished'))).toBe(false);
    await database.close();
    // Lays out a thousand files anew.
  }, 120_000);

  it('refuses a second opener while the first is open, and lets it in afterwards', async () => {
    const first = await open();
    await expect(open()).rejects.toThrow(new RegExp(`pid ${process.pid}`));
    await first.close();
    const second = await open();
    await second.close();
  });

  it('keeps every acknowledged row when its process is killed, and starts again', async () => {
    const script = fileURLToPath(new URL('./database-writer.ts', import.meta.url));
    const writer = spawn(process.execPath, ['--import', 'tsx', script, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = 0;
    const enough = 50;
    for await (const line of createInterface(writer.stdout)) {
      acknowledged = Number(line);
      if (acknowledged === enough) writer.kill('SIGKILL');
    }
    if (writer.signalCode === null) await once(writer, 'exit');
    expect(acknowledged).toBeGreaterThanOrEqual(enough);
    const database = await open();
    const [found] = await database.rows<{ last: number; count: number }>(
      sql`SELECT max(number) AS last, count(*) AS count FROM written`,
    );
    expect(found?.last).toBeGreaterThanOrEqual(acknowledged);
    expect(found?.count).toBe(found?.last);
    await database.close();
  });

  it('refuses a folder that a newer version has migrated', async () => {
    const database = await open();
    await database.queries.execute(
      sql`INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('future', 99999999999999)`,
    );
    await database.close();
    const refusal = open();
    await expect(refusal).rejects.toThrow(StartError);
    await expect(refusal).rejects.toThrow('migrated by a newer version of Fieldpass');
  });
});

describe('a server that cannot be used', () => {
  it.each([
    ['postgres://user:password@127.0.0.1:1/database', 'ECONNREFUSED'],
    ['postgres://user:password@host.invalid/database', 'ENOTFOUND'],
  ])('%s stops the start with a line that says why and no password', async (url, reason) => {
    const refusal: unknown = await openDatabase({ url, logger }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StartError);
    const { message } = refusal as StartError;
    expect(message).toContain(reason);
    expect(message).toContain('check DATABASE_URL');
    expect(message).not.toMatch(/password|\n/);
  });
});
