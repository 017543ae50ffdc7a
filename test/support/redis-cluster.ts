import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Three nodes of one cluster on loopback, without replicas and with nothing on disk but their own configuration. */
export interface RedisCluster {
  readonly urls: readonly string[];
  /** Lets a node stand still: it accepts, and answers nothing. */
  stop(node: number): void;
  resume(node: number): void;
  close(): Promise<void>;
}

export async function openRedisCluster(): Promise<RedisCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldpass-cluster-'));
  const ports = await freePorts(3);
  const nodes = ports.map((port) => startNode(port, folder));
  const addresses = ports.map((port) => `127.0.0.1:${port}`);
  const close = async () => {
    await Promise.all(nodes.map(end));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until('the nodes answer', () => ports.every((port) => cli(port, 'PING').includes('PONG')));
    spawnSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], { timeout: 20_000 });
    await until('the cluster is ready', () =>
      ports.every((port) => {
        const info = cli(port, 'CLUSTER', 'INFO');
        return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
      }),
    );
  } catch (error) {
    await close();
    throw error;
  }
  return {
    urls: addresses.map((address) => `redis://${address}`),
    stop: (node) => void nodes[node]?.kill('SIGSTOP'),
    resume: (node) => void nodes[node]?.kill('SIGCONT'),
    close,
  };
}

function startNode(port: number, folder: string): ChildProcess {
  const options = {
    bind: '127.0.0.1',
    port,
    dir: folder,
    save: '',
    appendonly: 'no',
    'cluster-enabled': 'yes',
    'cluster-config-file': `nodes-${port}.conf`,
    // A node that stands still for a moment is not given up, nor does the rest stop for it.
    'cluster-node-timeout': 20_000,
    'cluster-require-full-coverage': 'no',
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return spawn('redis-server', args, { stdio: 'ignore' });
}

function cli(port: number, ...command: readonly string[]): string {
  return spawnSync('redis-cli', ['-p', String(port), ...command], { timeout: 5000 }).stdout.toString();
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (holds()) return;
    await pause(100);
  }
  throw new Error(`Waited in vain until ${what}`);
}

/** A stopped process takes nothing but this. */
async function end(node: ChildProcess): Promise<void> {
  if (node.exitCode !== null || node.signalCode !== null) return;
  node.kill('SIGKILL');
  await once(node, 'exit');
}

/** Nodes talk to each other on a port that is 10000 higher. */
async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (!ports.includes(port) && (await isFree(port)) && (await isFree(port + 10_000))) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
