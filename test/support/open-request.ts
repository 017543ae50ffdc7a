import { once } from 'node:events';
import { connect } from 'node:net';

/** A request whose headers the server has, and whose body it waits for. */
export interface OpenRequest {
  /** Sends the body; the whole answer as it came over the wire. */
  finish(): Promise<string>;
  /** What came over the wire by the time the server closed the connection. */
  readonly ended: Promise<string>;
}

/** Sends a GraphQL request but for its body. The server has it when it says so (`100 Continue`, RFC 9110 §10.1.1). */
export async function openRequest(url: string, key: string, query: string): Promise<OpenRequest> {
  const { hostname, port, pathname } = new URL(url);
  const body = JSON.stringify({ query });
  const socket = connect(Number(port), hostname);
  socket.setEncoding('utf8');
  let received = '';
  const ended = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(received));
    socket.on('error', () => {});
  });
  socket.write(
    [
      `POST ${pathname} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      `X-API-Key: ${key}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Expect: 100-continue',
      '\r\n',
    ].join('\r\n'),
  );
  const continued = once(socket, 'data');
  socket.on('data', (text: string) => {
    received += text;
  });
  await continued;
  if (!received.startsWith('HTTP/1.1 100 Continue')) throw new Error(`expected 100 Continue, got ${received}`);
  received = '';
  return {
    finish: () => {
      socket.write(body);
      return ended;
    },
    ended,
  };
}

/** A stream of events (graphql-sse, "distinct connections mode") that the server has opened. */
export interface OpenSubscription {
  /** Everything until its end. */
  rest(): Promise<string>;
}

export async function openSubscription(url: string, key: string, query: string): Promise<OpenSubscription> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'X-API-Key': key, 'Content-Type': 'application/json', Accept: 'text/event-stream' },
    body: JSON.stringify({ query }),
  });
  if (response.status !== 200) throw new Error(`expected a stream, got ${response.status}: ${await response.text()}`);
  return { rest: () => response.text() };
}
