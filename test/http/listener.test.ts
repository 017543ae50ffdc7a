import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { limitBody } from '../../src/http/body-limit.ts';
import { listen } from '../../src/http/listener.ts';

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
    const { kind } = await limitBody(request, 100_000);
    return new Response(kind, { status: kind === 'WITHIN' ? 200 : 413, headers: { Connection: 'close' } });
  };
  const listener = await listen(answer, '127.0.0.1', 0);
  const received = await sendWithoutEnd(listener.port);
  listener.cut();
  await listener.drain();
  expect(received).toMatch(/^HTTP\/1\.1 413 [\s\S]*TOO_LARGE/);
});
