import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface TestReceiver {
  readonly url: string;
  readonly messages: readonly Message[];
  /** What it answers from now on; `HANG` answers never. */
  answer(status: number | 'HANG'): void;
  /** Resolves when so many messages have come, in all. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Somebody's HTTP server, on a port of this machine. */
export async function startReceiver(): Promise<TestReceiver> {
  const messages: Message[] = [];
  const waiting: { count: number; done: () => void }[] = [];
  let status: number | 'HANG' = 204;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      messages.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(chunks).toString() });
      for (const { count, done } of waiting) if (messages.length >= count) done();
      if (status !== 'HANG') response.writeHead(status, { location: 'http://127.0.0.1:9/' }).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    messages,
    answer(next) {
      status = next;
    },
    received: (count) =>
      messages.length >= count ? Promise.resolve() : new Promise((done) => waiting.push({ count, done })),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
