import { connect } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** `extensions.code` of the first error, if the body is one. */
  readonly code: string | undefined;
  /** Everything, until the other side hung up. */
  readonly text: string;
}

/** Sends bytes (a character each) and reads until the other side hangs up: they must ask for it, or be refused. */
export function rawRequest(port: number, bytes: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.setTimeout(8000, () => socket.destroy(new Error(`no end of the answer to ${bytes.slice(0, 200)}`)));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(readAnswer(Buffer.concat(chunks).toString())));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
  });
}

/** A request without a body, by lines of its head, that ends the connection. */
export function headOf(requestLine: string, ...headers: readonly string[]): string {
  return `${[requestLine, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`;
}

function readAnswer(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const raw = rest.join('\r\n\r\n');
  const body = headers.get('transfer-encoding') === 'chunked' ? withoutChunks(raw) : raw;
  return { status: Number(statusLine.split(' ')[1]), headers, body, code: /"code":"([A-Z_]+)"/.exec(body)?.[1], text };
}

/** RFC 9112 §7.1; an answer of one connection, in ASCII. */
function withoutChunks(text: string): string {
  const [, size = '0'] = /^([0-9a-fA-F]+)\r\n/.exec(text) ?? [];
  const length = Number.parseInt(size, 16);
  const begin = size.length + 2;
  return length === 0 ? '' : text.slice(begin, begin + length) + withoutChunks(text.slice(begin + length + 2));
}
