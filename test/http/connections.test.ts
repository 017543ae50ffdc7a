import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFaults } from '../../src/http/faults.ts';
import { type ArrivalTimes, type Listener, listen } from '../../src/http/listener.ts';
import { createUnsentAnswers } from '../../src/http/unsent-answers.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { rawRequest } from '../support/raw-request.ts';

/** What began, in its order, and what is told of faults and refusals. */
let begun: string[];
let told: string[];
/** Lets the answer to a path go. */
let release: Map<string, () => void>;
let listener: Listener;

/** Answers with the path: at once, a turn later (`/later`), with a body of 3 MB (`/large`), when it is let go (`/held…`), or without end (`/stream`). */
async function edge(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname;
  begun.push(path);
  if (path.startsWith('/held')) await new Promise<void>((resolve) => release.set(path, resolve));
  if (path === '/later') await new Promise((resolve) => setImmediate(resolve));
  if (path === '/read') return new Response(`[${await request.text()}]`);
  if (path === '/large') return new Response(`[${path}${' '.repeat(3_000_000)}]`);
  if (path !== '/stream') return new Response(`[${path}]`);
  const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('[event]')) });
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
}

async function start(arrival?: ArrivalTimes): Promise<Listener> {
  const faults = createFaults({
    onRefusal: (code) => void told.push(code),
    makeId: () => 'an-id',
    logger: createLogger('silent'),
  });
  const options = {
    host: '127.0.0.1',
    port: 0,
    faults,
    clock: systemClock,
    unsent: createUnsentAnswers({ clock: systemClock, mostBytes: 1e9 }),
    keepAliveTimeoutMs: 5000,
    ...(arrival && { arrival }),
  };
  return listen(edge, options);
}

beforeEach(async () => {
  [begun, told, release] = [[], [], new Map()];
  listener = await start();
});
afterEach(async () => {
  listener.cut();
  await listener.drain();
});

const get = (path: string, ...lines: readonly string[]) =>
  `${[`GET ${path} HTTP/1.1`, 'Host: a', ...lines].join('\r\n')}\r\n\r\n`;
const lastOf = (path: string) => get(path, 'Connection: close');
/** The paths that were answered, and the codes. */
const answersIn = (text: string) => text.match(/\[[/e][^\]\s]*|"code":"\w+"/g);

/** A connection, with what came over it. */
async function open(bytes: string) {
  let received = '';
  const socket = connect(listener.port, '127.0.0.1');
  socket.setEncoding('latin1').on('data', (text) => {
    received += text;
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  await new Promise<void>((resolve) => socket.write(bytes, 'latin1', () => resolve()));
  return { socket, closed, received: () => received };
}

describe('the requests of a connection', () => {
  it('are begun when the one before is answered, and answered in their order', async () => {
    const client = await open(get('/held/1') + get('/2') + get('/large') + lastOf('/4'));
    await expect.poll(() => release.size).toBe(1);
    // One on another connection, which says that this one had its turn.
    await rawRequest(listener.port, lastOf('/other'));
    expect(begun).toEqual(['/held/1', '/other']);
    release.get('/held/1')?.();
    await client.closed;
    expect(answersIn(client.received())).toEqual(['[/held/1', '[/2', '[/large', '[/4']);
  });

  it('with bodies are all read, also where they come in many packets', async () => {
    const post = (size: number, ...lines: readonly string[]) =>
      `${['POST /read HTTP/1.1', 'Host: a', `Content-Length: ${size}`, ...lines].join('\r\n')}\r\n\r\n${'x'.repeat(size)}`;
    const sizes = [3, 200_000, 0, 70_000];
    const { text } = await rawRequest(
      listener.port,
      get('/first') + sizes.map((size) => post(size)).join('') + post(9, 'Connection: close'),
    );
    expect(text.match(/\[x*\]/g)?.map(({ length }) => length - 2)).toEqual([...sizes, 9]);
  });

  it.each(['/now', '/later'])('do not keep others from theirs, however many come in one packet: %s', async (path) => {
    const many = 1000;
    const { socket } = await open(get(path).repeat(many));
    await rawRequest(listener.port, lastOf('/other'));
    expect(begun.length).toBeLessThan(many / 2);
    socket.destroy();
  });

  it('are not read on while one waits', async () => {
    const { socket } = await open(get('/held/1'));
    await expect.poll(() => release.size).toBe(1);
    const packet = Buffer.from(get('/0').repeat(3000));
    let taken = 0;
    // Until the kernels on both sides hold what they can, which is less than this.
    const most = 64_000_000;
    const isFull = await new Promise<boolean>((resolve) => {
      const send = () => {
        if (taken > most) return resolve(false);
        taken += packet.length;
        socket.write(packet, send);
      };
      send();
      // What the kernel took is told by then, again and again, unless it takes no more.
      let before = -1;
      const look = async () => {
        if (taken === before) return resolve(true);
        before = taken;
        for (let turn = 0; turn < 50; turn++) await rawRequest(listener.port, lastOf('/other'));
        void look();
      };
      void look();
    });
    expect(isFull).toBe(true);
    expect(begun.filter((path) => path === '/0')).toEqual([]);
    socket.destroy();
  });

  it('are not begun once the client has left', async () => {
    const client = await open(get('/held/1') + get('/2'));
    await expect.poll(() => release.size).toBe(1);
    client.socket.resetAndDestroy();
    await client.closed;
    release.get('/held/1')?.();
    await rawRequest(listener.port, lastOf('/other'));
    expect(begun).toEqual(['/held/1', '/other']);
  });
});

const chunked = (path: string) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`;

describe('what is no request', () => {
  const broken = [
    ['nonsense', 'nonsense\r\n\r\n'],
    ['a body that breaks', `${chunked('/read')}ZZ\r\n`],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'],
    ['a head that is too large', get(`/${'x'.repeat(20_000)}`)],
  ] as const;

  it.each(broken)('has an answer of its own when nobody waits for another: %s', async (_, bytes) => {
    const { text } = await rawRequest(listener.port, bytes);
    expect(answersIn(text)).toEqual(['"code":"BAD_REQUEST"']);
    expect(told).toEqual(['BAD_REQUEST']);
  });

  it.each(broken)('leaves their answers to all that came before it, and is told of nowhere: %s', async (_, bytes) => {
    const client = await open(get('/held/1') + get('/large') + get('/3') + bytes);
    await expect.poll(() => release.size).toBe(1);
    release.get('/held/1')?.();
    await client.closed;
    expect(answersIn(client.received())).toEqual(['[/held/1', '[/large', '[/3']);
    expect(begun).toEqual(['/held/1', '/large', '/3']);
    expect(told).toEqual([]);
  });

  it.each(broken)('ends a stream, and writes nothing into it: %s', async (_, bytes) => {
    const client = await open(get('/stream'));
    await expect.poll(() => answersIn(client.received())).toEqual(['[event']);
    client.socket.write(bytes, 'latin1');
    await client.closed;
    expect(client.received().match(/HTTP\/1/g)).toHaveLength(1);
    expect(answersIn(client.received())).toEqual(['[event']);
    expect(told).toEqual([]);
  });

  it('ends a stream that begins after it', async () => {
    const client = await open(`${get('/held/1')}${get('/stream')}nonsense\r\n\r\n`);
    await expect.poll(() => release.size).toBe(1);
    release.get('/held/1')?.();
    await client.closed;
    expect(answersIn(client.received())).toEqual(['[/held/1']);
  });

  it('has no second answer where a body breaks that was answered before it was here', async () => {
    const client = await open(chunked('/unread'));
    await expect.poll(() => answersIn(client.received())).toEqual(['[/unread']);
    client.socket.write('ZZ\r\n');
    await client.closed;
    expect(answersIn(client.received())).toEqual(['[/unread']);
    expect(told).toEqual([]);
  });
});

const h2c = ['Connection: HTTP2-Settings, Upgrade', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'];

it.each([
  ['a GET', get('/2', ...h2c)],
  ['a POST', `${get('/2', ...h2c, 'Content-Length: 5').replace('GET', 'POST')}hello`],
])('says with the answer to an upgrade that nothing behind it is answered: %s', async (_, upgrade) => {
  const client = await open(get('/1') + upgrade + get('/3'));
  await client.closed;
  expect(answersIn(client.received())).toEqual(['[/1', '[/2']);
  expect(client.received().match(/(?<=connection: )[\w-]+/gi)).toEqual(['keep-alive', 'close']);
});

describe('what arrives slowly', () => {
  beforeEach(async () => {
    await listener.drain();
    listener = await start({ headMs: 500, wholeMs: 1000, lookEveryMs: 50 });
  });
  const post = (size: number, body: string) =>
    `POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n${body}`;
  /** The time of a request has passed, and was looked at. */
  const afterItsTime = () => new Promise((resolve) => setTimeout(resolve, 1300));

  it.each([
    ['half a head', 'GET / HTT'],
    ['half a body', post(9, 'hello')],
  ])('is refused where nothing is before it: %s', async (_, bytes) => {
    const { status, code } = await rawRequest(listener.port, bytes);
    expect([status, code]).toEqual([408, 'BAD_REQUEST']);
  });

  it.each([
    ['a head', `${get('/2')}POST /re`, post(5, 'hello').slice('POST /re'.length), ['[/2', '[hello']],
    ['a body', post(9, 'hello'), '-you', ['[hello-you']],
    ['a large body', post(400_000, 'x'.repeat(200_000)), 'x'.repeat(200_000), [`[${'x'.repeat(400_000)}`]],
  ])('has its time when the one before it is answered, however long that takes: %s', async (_, half, rest, answers) => {
    const client = await open(get('/held/1') + half);
    await expect.poll(() => release.size).toBe(1);
    client.socket.write(rest);
    await afterItsTime();
    release.get('/held/1')?.();
    await client.closed;
    expect(client.received().match(/\[[^\]]*/g)).toEqual(['[/held/1', ...answers]);
    expect(told).toEqual([]);
  });

  it.each([
    ['a head', `${get('/2')}POST /re`, ['[/2']],
    ['a body', post(9, 'hello'), []],
  ])('has its time once: %s', async (_, half, answers) => {
    const client = await open(get('/held/1') + half);
    await expect.poll(() => release.size).toBe(1);
    await afterItsTime();
    release.get('/held/1')?.();
    await client.closed;
    expect(answersIn(client.received())).toEqual(['[/held/1', ...answers, '"code":"BAD_REQUEST"']);
  });

  it('ends no stream before it', async () => {
    const client = await open(get('/stream') + post(9, 'hello'));
    await expect.poll(() => answersIn(client.received())).toEqual(['[event']);
    client.socket.write('-you');
    await afterItsTime();
    expect(client.socket.closed).toBe(false);
    listener.cut();
    await client.closed;
  });
});
