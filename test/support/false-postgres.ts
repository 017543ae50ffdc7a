import net from 'node:net';

/** What stands at an address instead of a server that works. */
export type FalseServer =
  /** Accepts, and says nothing. */
  | { readonly kind: 'MUTE' }
  /** Refuses whoever begins, with this SQLSTATE. */
  | { readonly kind: 'REFUSES'; readonly sqlState: string }
  /** Lets everybody in, and says nothing to the first statement. */
  | { readonly kind: 'MUTE_ONCE_INSIDE' }
  /** Answers one row of one boolean to every statement: yes, it is a standby. */
  | { readonly kind: 'STANDBY' };

export interface FalsePostgres {
  readonly port: number;
  /** Connections since the start. */
  readonly accepted: number;
  close(): Promise<void>;
}

const lengthOfTlsRequest = 8;

/** As much of the protocol (manual §55.2) as it takes to begin a session and to be asked once. */
export async function startFalsePostgres(behaviour: FalseServer): Promise<FalsePostgres> {
  const sockets = new Set<net.Socket>();
  let accepted = 0;
  const server = net.createServer((socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let hasBegun = false;
    socket.on('data', (sent) => {
      if (behaviour.kind === 'MUTE') return;
      if (sent.length === lengthOfTlsRequest) socket.write('N');
      else if (behaviour.kind === 'REFUSES') socket.end(refusal(behaviour.sqlState));
      else if (!hasBegun) {
        hasBegun = true;
        socket.write(Buffer.concat([message('R', int32(0)), ready]));
      } else if (behaviour.kind === 'STANDBY' && sent.includes('is_standby')) {
        socket.write(itIsStandby);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    get accepted() {
      return accepted;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function refusal(sqlState: string): Buffer {
  return message('E', Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0Mnot now\0\0`));
}

const ready = message('Z', Buffer.from('I'));
const boolean = 16;
const itIsStandby = Buffer.concat([
  message('1'),
  message(
    'T',
    int16(1),
    Buffer.from('is_standby\0'),
    int32(0),
    int16(0),
    int32(boolean),
    int16(1),
    int32(-1),
    int16(0),
  ),
  message('2'),
  message('D', int16(1), int32(1), Buffer.from('t')),
  message('C', Buffer.from('SELECT 1\0')),
  ready,
]);
