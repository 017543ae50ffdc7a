import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './ports.ts';

/** Where nginx is, if anywhere: distributions keep it where only root looks. */
export const nginxBinary: string | undefined =
  `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin${delimiter}/usr/local/sbin`
    .split(delimiter)
    .map((folder) => join(folder, 'nginx'))
    .find((path) => existsSync(path));

export interface Nginx {
  /** `http://127.0.0.1:<port>` */
  readonly address: string;
  close(): Promise<void>;
}

/** nginx as it comes, in front of a server: one `proxy_pass` and no other word. It runs as whoever runs the tests. */
export async function openNginx(upstream: string, binary = nginxBinary): Promise<Nginx> {
  if (binary === undefined) throw new Error('there is no nginx');
  const folder = mkdtempSync(join(tmpdir(), 'fieldpass-nginx-'));
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const configuration = [
    'daemon off; worker_processes 1; pid nginx.pid; error_log error.log;',
    'events {}',
    'http {',
    '  access_log off;',
    ...temporary.map((name) => `  ${name}_temp_path ${name};`),
    `  server { listen 127.0.0.1:${port}; location / { proxy_pass ${upstream}; } }`,
    '}',
  ];
  writeFileSync(join(folder, 'nginx.conf'), configuration.join('\n'));
  const child = spawn(binary, ['-e', join(folder, 'error.log'), '-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: 'ignore',
  });
  running.add(child);
  const ended = once(child, 'exit').finally(() => running.delete(child));
  for (let attempt = 0; attempt < 200 && !(await accepts(port)); attempt++) await pause(25);
  return {
    address: `http://127.0.0.1:${port}`,
    async close() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Nothing outlives the tests, whatever they ran into. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
