import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';

export interface TlsFront {
  readonly port: number;
  /** Of the certificate that signed it. */
  readonly rootCertificate: string;
  /** Connections that were encrypted. */
  readonly encrypted: number;
  /** What follows the answer to a request for TLS, in the clear. */
  stuff(bytes: Buffer): void;
  close(): Promise<void>;
}

/** Speaks TLS as a PostgreSQL server does, for `localhost` by name and nothing else, and hands on what comes in the clear. */
export async function startTlsFront(host: string, port: number): Promise<TlsFront> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldpass-tls-'));
  const [certificate, key] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'].concat([
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
      '-keyout',
      key,
      '-out',
      certificate,
    ]),
    { stdio: 'ignore' },
  );
  const context = tls.createSecureContext({ cert: readFileSync(certificate), key: readFileSync(key) });
  const sockets = new Set<net.Socket>();
  let encrypted = 0;
  let stuffing = Buffer.alloc(0);

  const server = net.createServer((client) => {
    sockets.add(client);
    client.on('error', () => {});
    client.once('data', () => {
      client.write(Buffer.concat([Buffer.from('S'), stuffing]));
      const inside = new tls.TLSSocket(client, { isServer: true, secureContext: context });
      inside.on('error', () => {});
      inside.once('secure', () => {
        encrypted++;
        const upstream = net.connect({ host, port });
        sockets.add(upstream);
        upstream.on('error', () => {});
        inside.pipe(upstream).pipe(inside);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return {
    port: address.port,
    rootCertificate: certificate,
    get encrypted() {
      return encrypted;
    },
    stuff(bytes) {
      stuffing = Buffer.from(bytes);
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
