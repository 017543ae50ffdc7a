import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest } from '../support/raw-request.ts';
import { type IssuedKey, openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let port: number;
let issued: IssuedKey;
const sockets: Socket[] = [];

beforeAll(async () => {
  test = await openTestApp();
  port = Number(new URL((await test.app.listen()).api).port);
  issued = await test.createKey(['read:Query']);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => test.close());

const query = JSON.stringify({ query: '{ viewer { __typename } }' });
const head = (method: string, ...headers: readonly string[]) =>
  [`${method} /graphql HTTP/1.1`, 'Host: a', 'Content-Type: application/json', ...headers, '', ''].join('\r\n');
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

interface Client {
  readonly socket: Socket;
  /** Everything that came, once it holds as many answers. */
  answers(count: number): Promise<string>;
  closed(): Promise<string>;
}

function open(): Client {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let received = '';
  const isClosed = new Promise<string>((resolve) => socket.on('close', () => resolve(received)));
  // It may be hung up on while it writes.
  socket
    .on('error', () => {})
    .on('data', (bytes) => {
      received += bytes;
    });
  return {
    socket,
    closed: () => isClosed,
    async answers(count) {
      await expect.poll(() => received.split('HTTP/1.1 ').length - 1, { timeout: 20_000 }).toBe(count);
      return received;
    },
  };
}

describe('a body', () => {
  describe.each(['POST', 'QUERY'])('of %s', (method) => {
    it.each([
      ['nobody is known by', () => [], 401],
      ['the key is wrong', () => ['X-API-Key: fieldpass_live_nothing'], 401],
      ['the key is for another API', () => [`X-API-Key: ${test.adminKey}`], 403],
    ])('is not waited for when %s', async (_, headers, status) => {
      for (const length of ['Content-Length: 1000', 'Transfer-Encoding: chunked']) {
        const client = open();
        client.socket.write(head(method, length, ...headers()));
        expect(await client.answers(1)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      }
    });

    it.each(['Content-Length', 'Transfer-Encoding'])('is read of a key that is good, with %s', async (framing) => {
      const client = open();
      const length = framing === 'Content-Length' ? `Content-Length: ${query.length}` : 'Transfer-Encoding: chunked';
      client.socket.write(head(method, length, `X-API-Key: ${issued.key}`));
      const whole = framing === 'Content-Length' ? query : `${chunk(query)}0\r\n\r\n`;
      client.socket.write(whole.slice(0, 10));
      client.socket.write(whole.slice(10));
      expect(await client.answers(1)).toMatch(/^HTTP\/1.1 200 [\s\S]*"__typename":"Viewer"/);
    });
  });

  it('that nobody read is taken away, and the next request is answered', async () => {
    const client = open();
    client.socket.write(head('POST', 'Transfer-Encoding: chunked'));
    await client.answers(1);
    client.socket.write(`${chunk('x'.repeat(1000)).repeat(500)}0\r\n\r\n`);
    client.socket.write(head('POST', `X-API-Key: ${issued.key}`, `Content-Length: ${query.length}`) + query);
    expect(await client.answers(2)).toMatch(/HTTP\/1.1 401 [\s\S]*HTTP\/1.1 200 /);
  });

  it.each([
    ['without end', chunk('x'.repeat(60_000))],
    ['in bytes', chunk('x').repeat(10_000)],
  ])('that nobody read and that comes %s ends the connection', async (_, bytes) => {
    const client = open();
    client.socket.write(head('POST', 'Transfer-Encoding: chunked'));
    await client.answers(1);
    const send = () => {
      if (client.socket.writable) client.socket.write(bytes, send);
    };
    send();
    expect(await client.closed()).toMatch(/^HTTP\/1.1 401 /);
  });
});

describe('the chunks of a body', () => {
  const sent = (chunks: string, ...headers: readonly string[]) =>
    rawRequest(
      port,
      `${head('POST', 'Transfer-Encoding: chunked', 'Connection: close', ...headers)}${chunks}0\r\n\r\n`,
    );
  const padded = (length: number) => query.padEnd(length);

  it.each([
    ['a thousand of one byte', [...padded(1_000)].map(chunk).join(''), 200],
    ['as many of sixteen bytes as there is room for', chunk(' '.repeat(16)).repeat(6_000) + chunk(query), 200],
    ['more of one byte', [...padded(1_100)].map(chunk).join(''), 413],
    ['ten thousand of eight bytes', chunk(' '.repeat(8)).repeat(10_000) + chunk(query), 413],
  ])('may be %s, or not', async (_, chunks, status) => {
    const answer = await sent(chunks, `X-API-Key: ${issued.key}`);
    expect([answer.status, answer.code]).toEqual([status, status === 413 ? 'PAYLOAD_TOO_LARGE' : undefined]);
    expect(answer.headers.get('connection')).toBe('close');
  });

  it('are no reason to look at it before it is known who asks', async () => {
    expect((await sent(chunk('x').repeat(50_000))).status).toBe(401);
  });
});

describe('bytes that are no UTF-8', () => {
  it.each([
    ['half a character', '{"query":"{ viewer { __typename } }","operationName":"\xc3"}'],
    ['a surrogate', '{"query":"{ viewer { __typename } }","operationName":"\xed\xa0\x80"}'],
    ['too long a form', '{"query":"{ viewer { __typename } } #\xc0\xaf"}'],
  ])('are refused in a body: %s', async (_, body) => {
    for (const framed of [
      `${head('POST', `X-API-Key: ${issued.key}`, 'Connection: close', `Content-Length: ${body.length}`)}${body}`,
      `${head('POST', `X-API-Key: ${issued.key}`, 'Connection: close', 'Transfer-Encoding: chunked')}${chunk(body)}0\r\n\r\n`,
    ]) {
      const answer = await rawRequest(port, framed);
      expect([answer.status, answer.code]).toEqual([400, 'BAD_REQUEST']);
    }
  });

  it.each(['%C3', '%ED%A0%80', '%C0%AF', '%FF'])('are refused in a parameter: %s', async (bytes) => {
    const response = await test.fetch(`/graphql?query={viewer{__typename}}&variables={"a":"${bytes}"}`, {
      headers: { 'X-API-Key': issued.key },
    });
    expect(response.status).toBe(400);
    expect((await response.json()).errors[0].extensions.code).toBe('BAD_REQUEST');
  });

  it.each(['100%', '%zz', '%C3%A9', 'é', '+'])('are not %s', async (text) => {
    const response = await test.fetch(`/graphql?query={viewer{__typename}}&variables={"a":"${text}"}`, {
      headers: { 'X-API-Key': issued.key },
    });
    expect([response.status, (await response.json()).errors]).toEqual([200, undefined]);
  });

  it('are not the mark of the order of bytes, which is passed over', async () => {
    const body = `\xef\xbb\xbf${query}`;
    const framed = head('POST', `X-API-Key: ${issued.key}`, 'Connection: close', `Content-Length: ${body.length}`);
    expect((await rawRequest(port, framed + body)).status).toBe(200);
  });
});
