import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { answers, freePort } from '../support/ports.ts';

/** What a fault script needs: processes that it starts and ends by their id, and checks that are counted. */
export interface Stage {
  check(name: string, holds: boolean, details?: string): void;
  redis(): Promise<RedisProcess>;
  server(environment: Readonly<Record<string, string>>): Promise<ServerProcess>;
  /** Ends all that was started, prints how many checks held, and exits. */
  finish(): Promise<never>;
}

export interface RedisProcess {
  readonly url: string;
  /** SIGSTOP, SIGCONT or SIGKILL. */
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void;
  /** Starts it anew on the same port, with nothing in it. */
  restart(): Promise<void>;
}

export interface ServerProcess {
  readonly api: string;
  readonly management: string;
  /** Of the instance that made it. */
  readonly adminKey: string | undefined;
  /** Milliseconds; forgets it. */
  longestWait(): Promise<number>;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  kill(): Promise<void>;
}

/** The whole script ends by itself, whatever hangs. */
export function openStage(longestMs: number): Stage {
  const started = new Set<ChildProcess>();
  let [passed, failed] = [0, 0];
  const watchdog = setTimeout(() => {
    check(`ends within ${longestMs} ms`, false);
    void finish();
  }, longestMs);

  function check(name: string, holds: boolean, details = ''): void {
    if (holds) passed++;
    else failed++;
    process.stdout.write(`${holds ? 'ok' : 'NOT OK'}  ${name}${details && `  (${details})`}\n`);
  }

  async function finish(): Promise<never> {
    clearTimeout(watchdog);
    for (const child of started) {
      // A stopped process takes nothing but this.
      child.kill('SIGKILL');
    }
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    process.exit(failed === 0 && passed > 0 ? 0 : 1);
  }

  function keep(child: ChildProcess): ChildProcess {
    started.add(child);
    child.once('exit', () => started.delete(child));
    return child;
  }

  return {
    check,
    finish,
    async redis() {
      const port = await freePort();
      const folder = mkdtempSync(join(tmpdir(), 'fieldpass-redis-'));
      const start = async () => {
        const options = [
          '--bind',
          '127.0.0.1',
          '--port',
          `${port}`,
          '--dir',
          folder,
          '--save',
          '',
          '--appendonly',
          'no',
        ];
        const child = keep(spawn('redis-server', options, { stdio: 'ignore' }));
        for (let attempt = 0; attempt < 100 && !(await answers(port)); attempt++) await pause(50);
        return child;
      };
      let running = await start();
      return {
        url: `redis://127.0.0.1:${port}`,
        signal: (name) => void running.kill(name),
        async restart() {
          if (running.exitCode === null && running.signalCode === null) await once(running, 'exit');
          running = await start();
        },
      };
    },
    async server(environment) {
      const script = new URL('./server-process.ts', import.meta.url);
      const child = keep(
        fork(script, {
          execArgv: ['--import', 'tsx'],
          env: { ...environment, PATH: process.env['PATH'], PORT: '0' },
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        }),
      );
      const [{ api, management, adminKey }] = (await once(child, 'message')) as [Listening];
      return {
        api: loopback(api),
        management: loopback(management),
        adminKey,
        async longestWait() {
          child.send('LONGEST_WAIT');
          const [{ ms }] = (await once(child, 'message')) as [{ ms: number }];
          return ms;
        },
        signal: (name) => void child.kill(name),
        async kill() {
          child.kill('SIGKILL');
          await once(child, 'exit');
        },
      };
    },
  };
}

interface Listening {
  readonly api: string;
  readonly management: string;
  readonly adminKey: string | undefined;
}

/** Spares each request the question which address family `localhost` is. */
function loopback(url: string): string {
  return url.replace('localhost', '127.0.0.1');
}
