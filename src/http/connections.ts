import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../kernel/clock.ts';
import { createPatience, type Patience } from './patience.ts';

/** A request of a connection that is not answered yet. */
interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  isBegun: boolean;
  /** Its answer is a stream that ends when somebody wants it to. */
  isEndless: boolean;
}

interface OpenConnection {
  /** Those that are not answered yet, the oldest first: it alone is being served. */
  exchanges: Exchange[];
  /** A request was begun in this turn of the event loop. */
  hadTurn: boolean;
  /** The last request that began to arrive, answered or not. */
  latest: IncomingMessage | undefined;
  /** Whether there was an answer before. */
  hasServed: boolean;
  /** After the requests that stand here the connection ends: what came behind them is none. */
  isEnding: boolean;
  readonly patience: Patience;
}

/** What becomes of a connection over which something came that is no request; `ANSWER` when nobody waits for another answer. */
export type EndOfConnection = 'ANSWER' | 'CUT' | 'AFTER_ANSWERS';

/** The connections of a server, and what came over each. */
export interface Connections {
  /** Those on which a request was answered, and none is being served. */
  kept(): number;
  /**
   * Ends those on which no whole request is being served: at once when nothing came, and what is half a head or half a body when
   * it was so for so long since the first call. Node counts them as busy.
   */
  cutSilent(longestHalfMs: number): void;
  /**
   * Something came that is no request, or breaks the last one: nothing behind it is served. Where whole requests stand before it,
   * they are answered and the connection ends; where half an answer or an endless one is out, the connection is cut.
   */
  endOf(socket: Duplex): EndOfConnection;
  /** Node has given up waiting for the rest of a request; false when that is right. Else `tell` is called if it is right later. */
  putOff(socket: Duplex, tell: () => void): boolean;
}

export interface TurnOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** For how long a request may arrive while it is read. */
  readonly longestRequestMs: number;
}

/** `tellEndless` is called before the answer begins that is a stream. */
type Serve = (incoming: IncomingMessage, outgoing: ServerResponse, tellEndless: () => void) => void;

/**
 * Serves the requests of a server, of each connection one at a time and in their order (RFC 9112 §9.3.2 lets clients send
 * them all at once, and Node begins them all at once). While one waits, nothing more of the connection is read.
 */
export function serveInTurn(server: Server, serve: Serve, options: TurnOptions): Connections {
  const { clock } = options;
  const connections = new Map<Duplex, OpenConnection>();
  let since: number | undefined;
  server.on('connection', (socket) =>
    connections.set(
      socket,
      openConnection(socket, options, () => connections.delete(socket)),
    ),
  );
  const take = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { socket } = incoming;
    const connection = connections.get(socket);
    if (!connection || connection.isEnding) return;
    const exchange: Exchange = { incoming, outgoing, isBegun: false, isEndless: false };
    connection.exchanges.push(exchange);
    connection.latest = incoming;
    connection.patience.began(incoming);
    outgoing.once('close', () => {
      connection.hasServed = true;
      connection.exchanges = connection.exchanges.filter((other) => other !== exchange);
      if (!connection.hadTurn) goOn(socket, connection, serve);
    });
    if (connection.exchanges.length === 1 && !connection.hadTurn) begin(exchange, connection, serve);
    else socket.pause();
  };
  server.on('request', take);
  // RFC 9110 §10.1.1: an expectation that nobody knows may be passed over.
  server.on('checkExpectation', take);
  return {
    kept: () => [...connections.values()].filter(({ exchanges, hasServed }) => hasServed && !exchanges[0]).length,
    cutSilent(longestHalfMs) {
      since ??= clock.monotonic();
      const isLong = clock.monotonic() - since >= longestHalfMs;
      for (const [socket, { exchanges, hasServed }] of connections) {
        const [serving] = exchanges;
        if (serving?.incoming.complete) continue;
        const isSilent = !serving && (hasServed || (socket as Socket).bytesRead === 0);
        if (isSilent || isLong) socket.destroy();
      }
    },
    endOf(socket) {
      const connection = connections.get(socket);
      if (!connection) return 'ANSWER';
      if (connection.isEnding) return 'AFTER_ANSWERS';
      connection.isEnding = true;
      const end = endAfter(connection);
      if (end === 'AFTER_ANSWERS') {
        connection.exchanges = connection.exchanges.filter(({ incoming }) => incoming.complete);
        // Node tells no answer of it any more once it has handed over the socket, which it does at `CONNECT`.
        socket.on('drain', () => connection.exchanges[0]?.outgoing.emit('drain'));
      }
      return end;
    },
    putOff(socket, tell) {
      const connection = connections.get(socket);
      return connection !== undefined && !connection.isEnding && connection.patience.putOff(connection.latest, tell);
    },
  };
}

function openConnection(socket: Socket, { clock, longestRequestMs }: TurnOptions, forget: () => void): OpenConnection {
  const connection: OpenConnection = {
    exchanges: [],
    hadTurn: false,
    latest: undefined,
    hasServed: false,
    isEnding: false,
    patience: createPatience({ clock, longestMs: longestRequestMs, isHeld: () => someWait(connection) }),
  };
  // Node reads on of its own accord when an answer has gone out.
  socket.on('resume', () => {
    if (someWait(connection)) socket.pause();
  });
  socket.once('close', () => {
    connection.exchanges = [];
    connection.patience.end();
    forget();
  });
  return connection;
}

function endAfter({ exchanges: [oldest], latest }: OpenConnection): EndOfConnection {
  // What was answered before it was all here, and breaks off now, has its answer.
  if (!oldest) return latest && !latest.complete ? 'CUT' : 'ANSWER';
  if (oldest.isEndless) return 'CUT';
  if (oldest.incoming.complete) return 'AFTER_ANSWERS';
  // Nothing stands behind a request that is not all here.
  return oldest.outgoing.headersSent ? 'CUT' : 'ANSWER';
}

function someWait({ exchanges }: OpenConnection): boolean {
  return exchanges.at(-1)?.isBegun === false;
}

function begin(exchange: Exchange, connection: OpenConnection, serve: Serve): void {
  const { incoming, outgoing } = exchange;
  exchange.isBegun = true;
  connection.hadTurn = true;
  // A packet may hold a thousand requests that are answered as soon as they are parsed: others have their turn in between.
  setImmediate(() => {
    connection.hadTurn = false;
    goOn(incoming.socket, connection, serve);
  });
  serve(incoming, outgoing, () => {
    exchange.isEndless = true;
    if (connection.isEnding) incoming.socket.destroy();
  });
}

/** What comes after an answer. */
function goOn(socket: Socket, connection: OpenConnection, serve: Serve): void {
  const [next] = connection.exchanges;
  if (!next && connection.isEnding) socket.end(() => socket.destroy());
  if (!next || next.isBegun || !socket.writable) return;
  begin(next, connection, serve);
  if (someWait(connection)) return;
  connection.patience.resumed();
  socket.resume();
}
