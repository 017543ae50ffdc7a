import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { answers, freePort } from './ports.ts';

/** A PgBouncer in front of the server of a URL, which lets everybody in. */
export interface PgBouncer {
  /** The same URL, through it. */
  readonly url: string;
  close(): Promise<void>;
}

export interface PgBouncerOptions {
  readonly mode: 'session' | 'transaction' | 'statement';
  readonly poolSize?: number;
  readonly roundRobin?: boolean;
}

export const hasPgBouncer = findable('pgbouncer');

/** It refuses to run as root: then it does as the user of PostgreSQL. */
const through = userInfo().uid === 0 ? ['runuser', '-u', 'postgres', '--'] : [];

export async function startPgBouncer(server: string, options: PgBouncerOptions): Promise<PgBouncer> {
  const { mode, poolSize = 20, roundRobin = false } = options;
  const url = new URL(server);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'fieldpass-pgbouncer-'));
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]
* = host=${url.hostname} port=${url.port || 5432} user=${url.username} password=${url.password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${poolSize}
max_client_conn = 200
server_round_robin = ${roundRobin ? 1 : 0}
`,
  );
  if (through.length > 0) {
    const uid = Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' }));
    for (const path of [folder, file]) chownSync(path, uid, 0);
    chmodSync(folder, 0o700);
  }
  const [command = '', ...args] = [...through, 'pgbouncer', '-q', file];
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  process.once('exit', () => child.kill('SIGKILL'));
  const close = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; !(await answers(port)); attempt++) {
    if (attempt === 100 || child.exitCode !== null) {
      await close();
      throw new Error(`PgBouncer did not start: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  url.host = `127.0.0.1:${port}`;
  return { url: url.href, close };
}

function findable(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
