import net from 'node:net';

/** A TCP relay in front of a server that can be made to swallow everything, or to cut all connections. */
export interface TcpProxy {
  readonly port: number;
  /** From now on nothing passes in either direction, and no connection is closed; new ones are accepted and mute. */
  blackHole(on: boolean): void;
  /** The same for those connections only over which somebody listens for notifications. */
  blackHoleListeners(on: boolean): void;
  /** Resets every connection. */
  cut(): void;
  /** Open now. */
  readonly connections: number;
  /** Opened since the start. */
  readonly accepted: number;
  close(): Promise<void>;
}

export async function startTcpProxy(host: string, port: number): Promise<TcpProxy> {
  const pairs = new Set<[net.Socket, net.Socket]>();
  let silent = false;
  let silentListeners = false;
  let accepted = 0;

  const server = net.createServer((client) => {
    const upstream = net.connect(port, host);
    const pair: [net.Socket, net.Socket] = [client, upstream];
    pairs.add(pair);
    accepted++;
    let listens = false;
    const isMute = () => silent || (silentListeners && listens);
    client.on('data', (chunk) => {
      listens ||= chunk.includes('LISTEN "');
      return isMute() || upstream.write(chunk);
    });
    upstream.on('data', (chunk) => isMute() || client.write(chunk));
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as net.AddressInfo;

  function cut(): void {
    for (const [client, upstream] of pairs) {
      client.resetAndDestroy();
      upstream.destroy();
    }
  }

  return {
    port: address.port,
    blackHole: (on) => {
      silent = on;
    },
    blackHoleListeners: (on) => {
      silentListeners = on;
    },
    cut,
    get connections() {
      return pairs.size;
    },
    get accepted() {
      return accepted;
    },
    close: () => {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
