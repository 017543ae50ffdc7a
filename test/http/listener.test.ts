import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import type { Connection } from '../../src/http/arrival.ts';
import { readBody } from '../../src/http/body-limit.ts';
import { createFaults } from '../../src/http/faults.ts';
import { listen } from '../../src/http/listener.ts';
import { createUnsentAnswers } from '../../src/http/unsent-answers.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { headOf, rawRequest } from '../support/raw-request.ts';

const faulted: string[] = [];
const faults = createFaults({
  onRefusal: (code) => void faulted.push(code),
  makeId: () => 'id-of-a-fault',
  logger: createLogger('silent'),
});

const anywhere = {
  host: '127.0.0.1',
  port: 0,
  faults,
  clock: systemClock,
  unsent: createUnsentAnswers({ clock: systemClock, mostBytes: 1e9 }),
};

/** Sends a body that never ends and says no length; answers what came back until the other side hung up. */
function sendWithoutEnd(port: number): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1');
    const part = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const send = () => {
      while (socket.writable) {
        if (!socket.write(part)) return void socket.once('drain', send);
      }
    };
    socket.on('data', (bytes) => {
      received += bytes;
    });
    // It is hung up on while it writes.
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
    socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
    send();
  });
}

it('tells a client that sends too much so, and hangs up', async () => {
  const answer = async (request: Request) => {
    const { kind } = await readBody(request, 100_000);
    return new Response(kind, { status: kind === 'READ' ? 200 : 413, headers: { Connection: 'close' } });
  };
  const listener = await listen(answer, { ...anywhere, keepAliveTimeoutMs: 5000 });
  const received = await sendWithoutEnd(listener.port);
  listener.cut();
  await listener.drain();
  expect(received).toMatch(/^HTTP\/1\.1 413 [\s\S]*TOO_LARGE/);
});

/** One request over a connection of the agent. */
function ask(port: number, agent: Agent, path = '/'): Promise<{ readonly headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', path, agent }, (response) => {
      response.resume().on('end', () => resolve({ headers: response.headers }));
    });
    sent.on('error', reject).end();
  });
}

it('keeps a connection for its next request as long as it is told to, and says so', async () => {
  const options = { ...anywhere, keepAliveTimeoutMs: 72_000 };
  const listener = await listen(async () => new Response('here'), options);
  const agent = new Agent({ keepAlive: true });
  const { headers } = await ask(listener.port, agent);
  expect(headers).toMatchObject({ connection: 'keep-alive', 'keep-alive': 'timeout=72' });
  agent.destroy();
  await listener.drain();
});

it('asks for another connection once it is leaving, also with an answer that was under way, and takes new ones', async () => {
  let answerSlow = () => {};
  let isAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  const edge = async (request: Request) => {
    if (request.url.endsWith('/slow')) {
      isAsked();
      await new Promise<void>((resolve) => {
        answerSlow = resolve;
      });
    }
    return new Response('here');
  };
  const listener = await listen(edge, { ...anywhere, keepAliveTimeoutMs: 72_000 });
  const agent = new Agent({ keepAlive: true });
  expect((await ask(listener.port, agent)).headers['connection']).toBe('keep-alive');
  const slow = ask(listener.port, agent, '/slow');
  await asked;
  listener.leave();
  answerSlow();
  expect((await slow).headers['connection']).toBe('close');
  expect((await ask(listener.port, new Agent())).headers['connection']).toBe('close');
  agent.destroy();
  await listener.drain();
});

it.each([
  ['an edge that throws', () => Promise.reject(new Error('the secret cause'))],
  [
    'a header that cannot be written',
    () => Promise.resolve({ status: 200, statusText: 'a\r\nb', headers: new Headers(), body: null } as Response),
  ],
])('masks and counts %s', async (_, edge) => {
  faulted.length = 0;
  const listener = await listen(edge, { ...anywhere, keepAliveTimeoutMs: 5000 });
  const answer = await rawRequest(listener.port, headOf('GET / HTTP/1.1', 'Host: a'));
  await listener.drain();
  expect(answer.status).toBe(500);
  expect(JSON.parse(answer.body)).toEqual({
    errors: [
      { message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'id-of-a-fault' } },
    ],
  });
  expect(answer.headers.get('x-request-id')).toBe('id-of-a-fault');
  expect(answer.text).not.toContain('secret cause');
  expect(faulted).toEqual(['INTERNAL_SERVER_ERROR']);
});

it('hangs up when an answer fails that has begun, and counts it', async () => {
  faulted.length = 0;
  const failing = new ReadableStream({
    pull(controller) {
      controller.error(new Error('the secret cause'));
    },
  });
  const listener = await listen(async () => new Response(failing), { ...anywhere, keepAliveTimeoutMs: 5000 });
  const answer = await rawRequest(listener.port, headOf('GET / HTTP/1.1', 'Host: a'));
  await listener.drain();
  expect(answer.text).not.toContain('secret cause');
  expect(faulted).toEqual(['INTERNAL_SERVER_ERROR']);
});

it.each([
  ['on which nothing was asked', '', 0],
  ['with half a head', 'GET / HTTP/1.1\r\nHost: a\r\n', 5000],
  ['with half a body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf', 5000],
])('waits for connections %s as long as that when it drains, and no longer: %s', async (_, bytes, longestMs) => {
  const edge = async (request: Request) => new Response(await request.text());
  // The first look is when it begins to drain; of all later ones the time is up.
  const looks = [0, Math.max(0, longestMs - 1)];
  let now = 0;
  const clock = {
    monotonic() {
      now = looks.shift() ?? longestMs;
      return now;
    },
  };
  const listener = await listen(edge, { ...anywhere, clock, keepAliveTimeoutMs: 72_000 });
  const socket = connect(listener.port, '127.0.0.1');
  socket.on('error', () => {});
  const ended = new Promise((resolve) => socket.on('close', resolve));
  await new Promise<void>((resolve) =>
    socket.on('connect', () => (bytes ? socket.write(bytes, () => resolve()) : resolve())),
  );
  // Another one that was answered says that the server has seen what came before.
  await ask(listener.port, new Agent());
  await listener.drain();
  await ended;
  expect(now).toBe(longestMs);
});

it('answers what comes over a kept connection as it begins to drain, and says that it ends', async () => {
  const listener = await listen(async () => new Response('here'), { ...anywhere, keepAliveTimeoutMs: 72_000 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect((await ask(listener.port, agent)).headers['connection']).toBe('keep-alive');
  const drained = listener.drain();
  expect((await ask(listener.port, agent)).headers['connection']).toBe('close');
  await drained;
});

it('reads every header of a head, as many as its bytes allow', async () => {
  const edge = async ({ headers }: Request, { repeatedCredentials }: Connection) =>
    new Response(`${headers.get('x-forwarded-for')} ${repeatedCredentials}`);
  const listener = await listen(edge, { ...anywhere, keepAliveTimeoutMs: 5000 });
  const many = Array.from({ length: 3900 }, () => 'a:');
  const ask = (...last: readonly string[]) =>
    rawRequest(listener.port, headOf('GET / HTTP/1.1', 'Host: a', 'X-API-Key: a', ...many, ...last));
  expect((await ask('X-Forwarded-For: 192.0.2.1')).body).toBe('192.0.2.1 false');
  expect((await ask('X-API-Key: b')).body).toBe('null true');
  expect((await ask(...many, ...many, ...many, ...many)).status).toBe(431);
  await listener.drain();
});
