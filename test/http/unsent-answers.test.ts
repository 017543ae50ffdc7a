import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it } from 'vitest';
import type { Edge } from '../../src/http/edge.ts';
import { createFaults } from '../../src/http/faults.ts';
import { listen } from '../../src/http/listener.ts';
import { createUnsentAnswers, longestStillMs, type Outlet, watchedResponse } from '../../src/http/unsent-answers.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { headOf, rawRequest } from '../support/raw-request.ts';
import { testClock } from '../support/test-clock.ts';

const faults = createFaults({ onRefusal: () => {}, makeId: () => 'an-id', logger: createLogger('silent') });

/** A socket as it looks from here. */
function fakeOutlet(unsent: number, holder = 'a holder') {
  const state = { unsent, taken: 0, isCut: false };
  const outlet: Outlet = {
    holder: () => holder,
    unsent: () => state.unsent,
    taken: () => state.taken,
    cut() {
      state.isCut = true;
      state.unsent = 0;
    },
  };
  const take = (bytes: number) => {
    state.unsent -= bytes;
    state.taken += bytes;
  };
  return { outlet, state, take };
}

/** Time passes second by second. */
function pass(clock: ReturnType<typeof testClock>, ms: number) {
  for (let passed = 0; passed < ms; passed += 1000) clock.advance(1000);
}

it('cuts what nobody takes anything of, and nothing that is taken slowly, or that goes on to be written', () => {
  const clock = testClock();
  const answers = createUnsentAnswers({ clock, mostBytes: 1e9 });
  const [still, slow, fed] = [fakeOutlet(1000), fakeOutlet(1000), fakeOutlet(1)];
  for (const { outlet } of [still, slow, fed]) answers.wrote(outlet);
  pass(clock, longestStillMs - 1000);
  expect(still.state.isCut).toBe(false);
  slow.take(1);
  // More to send is no sign of anybody who reads.
  fed.state.unsent += 5;
  answers.wrote(fed.outlet);
  pass(clock, 1000);
  expect([still, slow, fed].map(({ state }) => state.isCut)).toEqual([true, false, true]);
  pass(clock, longestStillMs - 2000);
  expect(slow.state.isCut).toBe(false);
  pass(clock, 2000);
  expect(slow.state.isCut).toBe(true);
});

it('cuts nothing once all was taken, however long ago', () => {
  const clock = testClock();
  const answers = createUnsentAnswers({ clock, mostBytes: 1e9 });
  const { outlet, state, take } = fakeOutlet(10);
  answers.wrote(outlet);
  take(10);
  pass(clock, 2 * longestStillMs);
  state.unsent = 1;
  answers.wrote(outlet);
  pass(clock, longestStillMs - 1000);
  expect(state.isCut).toBe(false);
});

it('holds no more than it may: the newest of whoever holds most goes first, at the moment at which it is too much', () => {
  const clock = testClock();
  const answers = createUnsentAnswers({ clock, mostBytes: 100 });
  const [old, mine, next, last] = [fakeOutlet(40, 'another'), ...[35, 20, 30].map((size) => fakeOutlet(size, 'me'))];
  const areCut = () => [old, mine, next, last].map((outlet) => outlet?.state.isCut);
  for (const outlet of [old, mine, next]) {
    if (outlet) answers.wrote(outlet.outlet);
    pass(clock, 1000);
  }
  // Everything but the oldest is being read, a byte at a time.
  for (const outlet of [mine, next, last]) outlet?.take(1);
  if (last) answers.wrote(last.outlet);
  expect(areCut()).toEqual([false, false, false, true]);
  // What was taken meanwhile counts no more.
  old?.take(40);
  const more = fakeOutlet(45, 'another');
  answers.wrote(more.outlet);
  expect([...areCut(), more.state.isCut]).toEqual([false, false, false, true, false]);
});

const large = 30_000_000;

it.each([
  ['an answer', () => new Response('x'.repeat(large))],
  [
    'a stream of events',
    () => {
      const event = new TextEncoder().encode('x'.repeat(1_000_000));
      const body = new ReadableStream({ pull: (controller) => controller.enqueue(event) });
      return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
    },
  ],
])('ends a connection over which nobody reads %s', async (_, respond) => {
  const clock = testClock();
  const unsent = createUnsentAnswers({ clock, mostBytes: 1e9 });
  const edge = async ({ url }: Request) => (url.endsWith('/other') ? new Response('here') : respond());
  const options = { host: '127.0.0.1', port: 0, faults, clock, keepAliveTimeoutMs: 5000, unsent };
  const listener = await listen(edge, options);
  const socket = connect(listener.port, '127.0.0.1').pause();
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n', () => resolve()));
  // The server has its turns to write all that the kernels take.
  for (let turn = 0; turn < 100; turn++) await rawRequest(listener.port, headOf('GET /other HTTP/1.1', 'Host: a'));
  pass(clock, longestStillMs + 1000);
  let received = 0;
  await new Promise<void>((resolve) => {
    socket.on('data', ({ length }) => {
      received += length;
    });
    socket.on('close', () => resolve());
    socket.resume();
  });
  // What the server's kernel still had to send went as well, some 4 MB; what the client's had is less.
  expect(received).toBeLessThan(2_000_000);
  await listener.drain();
});

it('sends all of an answer to whoever reads it slowly, a part at a time', async () => {
  const clock = testClock();
  const unsent = createUnsentAnswers({ clock, mostBytes: 1e9 });
  const edge = async ({ url }: Request) => new Response(url.endsWith('/other') ? 'here' : 'x'.repeat(large));
  const options = { host: '127.0.0.1', port: 0, faults, clock, keepAliveTimeoutMs: 5000, unsent };
  const listener = await listen(edge, options);
  const socket = connect(listener.port, '127.0.0.1');
  socket.write(headOf('GET / HTTP/1.1', 'Host: a'));
  let [received, rests] = [0, 0];
  for await (const { length } of socket) {
    received += length;
    if (received < (rests + 1) * (large / 5)) continue;
    rests += 1;
    // The kernels pass on what there is now room for.
    for (let turn = 0; turn < 20; turn++) await rawRequest(listener.port, headOf('GET /other HTTP/1.1', 'Host: a'));
    pass(clock, longestStillMs - 2000);
  }
  expect(rests).toBe(5);
  expect(received).toBeGreaterThan(large);
  await listener.drain();
});

it('counts bytes, where characters are fewer', async () => {
  const clock = testClock();
  const characters = 8_000_000;
  // The kernels take some 4 MB of the 16.
  const unsent = createUnsentAnswers({ clock, mostBytes: characters + 1000 });
  const server = createServer({ ServerResponse: watchedResponse(unsent, () => 'a holder') }, (_, response) =>
    response.end('é'.repeat(characters)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = await askFor('/', (server.address() as AddressInfo).port);
  while (!client.end()) await client.take(characters);
  expect(client.received()).toBeLessThan(characters);
  server.close();
});

it('gives up answers of one who takes many a little at a time, and not the older one that another reads', async () => {
  const size = 9_000_000;
  const clock = testClock();
  const unsent = createUnsentAnswers({ clock, mostBytes: 80_000_000 });
  const edge: Edge = async ({ url }, { tellHolder }) => {
    const { pathname } = new URL(url);
    tellHolder?.(pathname);
    return new Response(pathname === '/other' ? 'here' : 'x'.repeat(size), { headers: { Connection: 'close' } });
  };
  const options = { host: '127.0.0.1', port: 0, faults, clock, keepAliveTimeoutMs: 5000, unsent };
  const listener = await listen(edge, options);
  // The kernels pass on what there is room for.
  const turns = async () => {
    for (let turn = 0; turn < 10; turn++) await rawRequest(listener.port, headOf('GET /other HTTP/1.1', 'Host: a'));
  };
  const steady = await askFor('/steady', listener.port);
  await steady.take(size / 10);
  const slow: Awaited<ReturnType<typeof askFor>>[] = [];
  for (let many = 0; many < 9; many++) {
    slow.push(await askFor('/slow', listener.port));
    await turns();
    for (const { take } of slow) await take(1);
    pass(clock, 1000);
  }
  while (!steady.end()) await steady.take(size / 10);
  expect([steady.end(), steady.received() > size]).toEqual(['END', true]);
  const [kept, cut] = [slow.slice(0, 7), slow.slice(7)];
  for (const { take } of cut) await take(size);
  expect(kept.map(({ end }) => end())).toEqual(kept.map(() => undefined));
  expect(cut.filter(({ end }) => end() !== undefined)).toHaveLength(2);
  for (const { socket } of slow) socket.destroy();
  await listener.drain();
});

/** An answer that is read when somebody says so. */
async function askFor(path: string, port: number) {
  const state = { received: 0, end: undefined as string | undefined };
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', (error: NodeJS.ErrnoException) => {
    state.end = error.code;
  });
  socket.on('end', () => {
    state.end = 'END';
  });
  await new Promise<void>((resolve) => socket.write(headOf(`GET ${path} HTTP/1.1`, 'Host: a'), () => resolve()));
  /** Takes so many bytes or a packet more, or less where there is an end. */
  async function take(bytes: number): Promise<void> {
    const wanted = state.received + bytes;
    while (state.received < wanted && state.end === undefined) {
      const chunk: Buffer | null = socket.read();
      state.received += chunk?.length ?? 0;
      if (!chunk) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { socket, take, received: () => state.received, end: () => state.end };
}
