import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServerAdapter, sendNodeResponse } from '@whatwg-node/server';
import type { Clock } from '../kernel/clock.ts';
import { StartError } from '../kernel/start-error.ts';
import type { Connection } from './arrival.ts';
import { boundPieces } from './body-pieces.ts';
import { serveInTurn } from './connections.ts';
import type { Edge } from './edge.ts';
import type { Faults } from './faults.ts';
import { headProblem, rawValues } from './head-problem.ts';
import { holderOf } from './holder.ts';
import { asUrlText, readTarget } from './request-target.ts';
import { answerUnparsed } from './unparsed-request.ts';
import { type UnsentAnswers, watchedResponse } from './unsent-answers.ts';

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** From now on every answer says `Connection: close` (RFC 9112 §9.6). New connections are taken as ever. */
  leave(): void;
  /** No new connections; idle ones are closed; resolves when the last request has been answered. */
  drain(): Promise<void>;
  /** Ends what is still open. */
  cut(): void;
}

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  /** For how long an idle connection waits for its next request. */
  readonly keepAliveTimeoutMs: number;
  readonly faults: Faults;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Of all listeners of the process. */
  readonly unsent: UnsentAnswers;
  readonly arrival?: ArrivalTimes;
  /** Bytes of the longest body that anything here may read; a million unless told. */
  readonly largestBody?: number;
}

/** For how long a request may arrive, while it is read. */
export interface ArrivalTimes {
  readonly headMs: number;
  readonly wholeMs: number;
  readonly lookEveryMs: number;
}

/** A client that sends its headers or body slower than this is holding a socket, not calling an API. */
const usualArrival: ArrivalTimes = { headMs: 10_000, wholeMs: 30_000, lookEveryMs: 2_000 };

/** For which clients with kept connections are told that these end, when the server leaves. */
const noticeMs = 100;
/**
 * For how long a request that has begun and is not all here may take when the server leaves: a slow network needs seconds for a
 * body, and whoever sends nothing more must not hold the process for as long as it may take to shut down.
 */
const longestHalfMs = 5000;

/** Listens on a port. Throws `StartError` when it is taken, or the address is not one of this machine's. */
export async function listen(
  edge: Edge,
  {
    host,
    port,
    keepAliveTimeoutMs,
    faults,
    clock,
    unsent,
    largestBody = 1_000_000,
    arrival = usualArrival,
  }: ListenerOptions,
): Promise<Listener> {
  let leaving = false;
  const holders = new WeakMap<Socket, string>();
  const serve = requestListener(
    async (request, connection) => {
      const response = await edge(request, connection);
      // Node's parser drops what stands behind an `Upgrade` in its packet, also where it is passed over: nobody may wait for that.
      const isLast = leaving || request.headers.has('upgrade') || connection.cutShort?.aborted;
      if (isLast) response.headers.set('Connection', 'close');
      return response;
    },
    { faults, holders, largestBody },
  );
  const server = createServer({
    headersTimeout: arrival.headMs,
    requestTimeout: arrival.wholeMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: arrival.lookEveryMs,
    // A missing Host is refused by us, with a code.
    requireHostHeader: false,
    ServerResponse: watchedResponse(
      unsent,
      (socket) => holders.get(socket) ?? holderOf(undefined, socket.remoteAddress ?? ''),
    ),
  });
  // Node passes over the headers beyond a count and says nothing, among them whom a proxy speaks for. The bytes of a head are bounded.
  server.maxHeadersCount = 0;
  const connections = serveInTurn(server, serve, { clock, longestRequestMs: arrival.wholeMs });
  answerUnparsed(server, connections, faults);
  function closeUnused(): void {
    server.closeIdleConnections();
    connections.cutSilent(longestHalfMs);
  }
  await bind(server, host, port);
  return {
    host,
    port: (server.address() as AddressInfo).port,
    leave: () => {
      leaving = true;
    },
    async drain() {
      leaving = true;
      // Who keeps a connection is told with the next answer that there is none after it, and is not cut off while it asks.
      if (connections.kept() > 0) await new Promise((resolve) => setTimeout(resolve, noticeMs));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // One on which an answer began before we were leaving is kept open for a next request, which nobody will answer.
      const sweep = setInterval(closeUnused, 50);
      closeUnused();
      await closed;
      clearInterval(sweep);
    },
    cut: () => server.closeAllConnections(),
  };
}

/**
 * Node's request to the edge, and its answer back. The adapter is asked for the request alone: its own listener would
 * answer what is thrown with the text of the error.
 */
function requestListener(
  edge: Edge,
  { faults, holders, largestBody }: { faults: Faults; holders: WeakMap<Socket, string>; largestBody: number },
) {
  const adapter = createServerAdapter<{ readonly connection: Connection }>((request, { connection }) =>
    edge(request, connection),
  );
  return async (incoming: IncomingMessage, outgoing: ServerResponse, tellEndless: () => void): Promise<void> => {
    try {
      const { socket } = incoming;
      const { cutShort, dropRest } = boundPieces(incoming, largestBody);
      const tellHolder = (holder: string) => void holders.set(socket, holder);
      const connection = { ...arrive(incoming), cutShort, tellHolder };
      const response = await adapter.handleNodeRequestAndResponse(incoming, outgoing, { connection });
      dropRest();
      if (response.headers.get('Content-Type')?.startsWith('text/event-stream')) tellEndless();
      await sendNodeResponse(response, outgoing, incoming, true);
    } catch (error) {
      // Nobody reads what is answered to a client that left.
      if (outgoing.destroyed) return;
      const response = faults.answer(error);
      if (outgoing.headersSent) {
        // The adapter would cancel what has failed, when the connection ends, and leave the failure to nobody.
        incoming.removeAllListeners('error').on('error', () => {});
        return void outgoing.destroy();
      }
      // With its own words: those that could not be written may still stand there.
      outgoing.writeHead(response.status, STATUS_CODES[response.status], Object.fromEntries(response.headers));
      outgoing.end(await response.text());
    }
  };
}

/**
 * Reads what the connection and the raw head tell, and makes the request one to a fixed origin: whoever reads its URL
 * from here on reads the path and query of the request line, whatever the client wrote into `Host`.
 */
function arrive(incoming: IncomingMessage): Connection {
  const { rawHeaders, httpVersion } = incoming;
  const target = readTarget({ target: incoming.url ?? '', httpVersion, hosts: rawValues(rawHeaders, 'Host') });
  incoming.headers.host = 'localhost';
  incoming.url = target.kind === 'ADDRESSED' ? asUrlText(target.path) + asUrlText(target.search) : '/';
  const connection = {
    peerAddress: incoming.socket.remoteAddress,
    // Node keeps the first of several `Authorization` headers and says nothing.
    repeatedCredentials: ['Authorization', 'X-API-Key'].some((name) => rawValues(rawHeaders, name).length > 1),
  };
  if (target.kind === 'MALFORMED') return { ...connection, problem: { status: 400, message: target.problem } };
  const problem = headProblem(rawHeaders, httpVersion);
  return { ...connection, authority: target.authority, ...(problem && { problem }) };
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
