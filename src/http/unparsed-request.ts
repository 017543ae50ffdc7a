import { type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '../kernel/error-codes.ts';
import type { Connections } from './connections.ts';
import type { Faults } from './faults.ts';

/** What Node's parser says of bytes that are no request, and the answer to it. */
interface UnparsedAnswer {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
}

const byReason: Readonly<Record<string, UnparsedAnswer>> = {
  // RFC 6585 §5
  HPE_HEADER_OVERFLOW: { status: 431, code: 'BAD_REQUEST', message: 'The head of the request is too large.' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    message: 'The extensions of a chunk are too large.',
  },
  // RFC 9110 §15.5.9
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'BAD_REQUEST', message: 'The request took too long to arrive.' },
};
const noHttp: UnparsedAnswer = { status: 400, code: 'BAD_REQUEST', message: 'This is no request of HTTP/1.1.' };
const noProxy: UnparsedAnswer = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'This server is no proxy: it opens no connection to others.',
};

/**
 * Answers what Node hands over as a bare socket: bytes that are no request of HTTP, and `CONNECT`. As everywhere the body is
 * JSON with a code; the connection ends with it, since nobody knows where a next request would begin.
 */
export function answerUnparsed(
  server: Server,
  connections: Pick<Connections, 'endOf' | 'putOff'>,
  faults: Faults,
): void {
  const refuse = (socket: Duplex, answer: UnparsedAnswer): void => {
    const end = connections.endOf(socket);
    if (end === 'CUT') socket.destroy();
    // What came before it on the connection are requests of their own, and get their own answers.
    if (end === 'ANSWER') void endWith(socket, faults, answer);
  };
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    const answer = byReason[error.code ?? ''] ?? noHttp;
    const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    if (!isLate || !connections.putOff(socket, () => refuse(socket, answer))) refuse(socket, answer);
  });
  server.on('connect', (_, socket) => {
    socket.on('error', () => socket.destroy());
    refuse(socket, noProxy);
  });
}

async function endWith(socket: Duplex, faults: Faults, { status, code, message }: UnparsedAnswer): Promise<void> {
  const response = faults.refusal(code, message, status);
  const body = await response.text();
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...[...response.headers].map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
