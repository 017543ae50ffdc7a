import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onlyBuilder } from './only-builder.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The built server in a process of its own, as somebody runs it who is not at a terminal. */
export interface ServerProcess {
  readonly pid: number;
  /** `http://localhost:<port>`, once it listens. Rejects with all that it printed when it ends before. */
  readonly listening: Promise<string>;
  readonly ended: Promise<Exit>;
  stdout(): string;
  stderr(): string;
  /** Sends it a signal and waits for the end: until nobody is left who could print for it. */
  end(signal?: NodeJS.Signals): Promise<Exit>;
  /** The same for it and all that it started; SIGKILL by default. */
  endAll(signal?: NodeJS.Signals): Promise<Exit>;
}

export interface ServerProcessOptions {
  readonly cwd: string;
  /** Beside `PORT=0` and what a process needs to run at all; nothing of the tests' own environment is passed on. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Put in front of the command, such as `taskset -c 0`. */
  readonly through?: readonly string[];
  /** What becomes the server, or starts it. By default Node with the build. */
  readonly command?: readonly string[];
}

const builtServer = [process.execPath, join(root, 'dist/main.js')];

export function startServer(options: ServerProcessOptions): ServerProcess {
  const { cwd, environment = {}, through = [], command = builtServer } = options;
  const [file = '', ...args] = [...through, ...command];
  const { PATH = '' } = process.env;
  const child = spawn(file, args, {
    cwd,
    env: { PATH, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, whose members can be ended even when the one that began it is gone.
    detached: true,
  });
  running.add(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  const listening = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const line = out.split('\n').find((text) => text.includes('"listening"') && text.endsWith('}'));
      if (line) resolve(new URL(JSON.parse(line).api).origin);
    });
    void ended.then(() => reject(new Error(`the server ended before it listened:\n${out}${err}`)));
  });
  listening.catch(() => {});
  return {
    pid: child.pid ?? 0,
    listening,
    ended,
    stdout: () => out,
    stderr: () => err,
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
    endAll: (signal = 'SIGKILL') => {
      signalGroup(child, signal);
      return ended;
    },
  };
}

/** Nothing outlives the tests, whatever they ran into. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody of it is left.
  }
}

/** Builds the server when the build is older than a source. Several test files may ask at the same moment. */
export async function buildServer(): Promise<void> {
  const lock = await onlyBuilder();
  try {
    const built = statSync(join(root, 'dist/main.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (built > newest(join(root, 'src'))) return;
    const build = spawnSync('npm', ['run', '--silent', 'build:server'], { cwd: root, encoding: 'utf8' });
    if (build.status !== 0) throw new Error(`npm run build:server failed:\n${build.stdout}${build.stderr}`);
  } finally {
    lock.release();
  }
}

function newest(path: string): number {
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(...readdirSync(path).map((name) => newest(join(path, name))), 0);
}
