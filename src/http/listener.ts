import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServerAdapter } from '@whatwg-node/server';
import { codedError } from '../kernel/errors.ts';
import { StartError } from '../kernel/start-error.ts';
import type { Edge } from './edge.ts';

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** No new connections; idle ones are closed; resolves when the last request has been answered. */
  drain(): Promise<void>;
  /** Ends what is still open. */
  cut(): void;
}

const credentialHeaders: ReadonlySet<string> = new Set(['authorization', 'x-api-key']);

/** Listens on a port. Throws `StartError` when it is taken, or the address is not one of this machine's. */
export async function listen(edge: Edge, host: string, port: number): Promise<Listener> {
  const adapter = createServerAdapter<NodeContext>((request, { req }) =>
    edge(request, { peerAddress: req.socket.remoteAddress, repeatedCredentials: repeatsCredentials(req) }),
  );
  const server = createServer(
    // A client that sends its headers or body slower than this is holding a socket, not calling an API.
    { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 2_000 },
    (request, response) => {
      if (isAddressable(request)) return adapter(request, response);
      return refuseTarget(response);
    },
  );
  await bind(server, host, port);
  return {
    host,
    port: (server.address() as AddressInfo).port,
    drain: () =>
      new Promise((resolve) => {
        // A connection that was busy is kept open for a next request, which nobody will answer.
        const sweep = setInterval(() => server.closeIdleConnections(), 50);
        server.close(() => {
          clearInterval(sweep);
          resolve();
        });
        server.closeIdleConnections();
      }),
    cut: () => server.closeAllConnections(),
  };
}

/** The request's target and host are a URL (RFC 9112 §3.3); what is none would be thrown at whoever reads it. */
function isAddressable({ url = '', headers: { host = 'localhost' } }: IncomingMessage): boolean {
  return URL.canParse(url.startsWith('/') ? `http://${host}${url}` : url, 'http://localhost');
}

function refuseTarget(response: ServerResponse): void {
  const error = codedError('BAD_REQUEST', 'The request target and the Host header are no URL.');
  response.writeHead(400, { 'Content-Type': 'application/json; charset=utf-8', Connection: 'close' });
  response.end(JSON.stringify({ errors: [error.toJSON()] }));
}

interface NodeContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** Node keeps the first of several `Authorization` headers and says nothing: only the raw ones tell. */
function repeatsCredentials(request: IncomingMessage): boolean {
  const seen = new Set<string>();
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index]?.toLowerCase() ?? '';
    if (!credentialHeaders.has(name)) continue;
    if (seen.has(name)) return true;
    seen.add(name);
  }
  return false;
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new StartError(bindProblem(error, host, port))));
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function bindProblem(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE')
    return `port ${port} on ${host} is taken; set PORT to another one, or stop the other process`;
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return `cannot listen on ${host}: it is not an address of this machine; set HOST`;
  if (error.code === 'EACCES') return `port ${port} needs more rights than this process has; set PORT to 1024 or more`;
  return `cannot listen on ${host}:${port} (${error.code ?? error.message})`;
}
