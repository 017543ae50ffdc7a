import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { DeadlineExceeded } from '../kernel/deadline.ts';
import type { Address, TlsPolicy } from './connection-target.ts';
import { DatabaseUnavailable } from './database-error.ts';

/** Asks whether the server speaks TLS (protocol §55.2.10): its length, and a number that no version has. */
const tlsRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const yes = 'S'.charCodeAt(0);
const no = 'N'.charCodeAt(0);

export interface ConnectOptions {
  readonly tls: TlsPolicy;
  /** Of each step: connected, answered, encrypted. */
  readonly timeoutMs: number;
  /** Told of every socket as soon as it is there, so that somebody else can end it meanwhile. */
  readonly onSocket: (socket: net.Socket) => void;
}

/** A socket to the server over which its protocol may begin: plain, or encrypted as the policy wants it. */
export async function connectSocket(address: Address, { tls: policy, timeoutMs, onSocket }: ConnectOptions) {
  const plain = address.path === undefined ? net.connect(address) : net.connect(address.path);
  onSocket(plain);
  await settles(plain, 'connect', timeoutMs);
  if (policy.use === 'NEVER' || address.path !== undefined) return plain;
  if (!(await speaksTls(plain, timeoutMs))) {
    if (policy.use === 'PREFERRED') return plain;
    plain.destroy();
    throw new DatabaseUnavailable('The server does not speak TLS, and sslmode asks for it');
  }
  const { host } = address;
  const { files, verify } = policy;
  const encrypted = tls.connect({
    socket: plain,
    // An address is no name to ask for; the certificate is compared with it all the same.
    host,
    ...(net.isIP(host) === 0 && { servername: host }),
    ...(files.rootCertificate !== undefined && { ca: readFileSync(files.rootCertificate) }),
    ...(files.certificate !== undefined && { cert: readFileSync(files.certificate) }),
    ...(files.key !== undefined && { key: readFileSync(files.key) }),
    rejectUnauthorized: verify !== 'NOTHING',
    ...(verify === 'CERTIFICATE' && { checkServerIdentity: () => undefined }),
  });
  onSocket(encrypted);
  await settles(encrypted, 'secureConnect', timeoutMs).catch((error: unknown) => {
    plain.destroy();
    throw error instanceof Error && !(error instanceof DatabaseUnavailable) && !isConnectionLoss(error)
      ? new DatabaseUnavailable(`The server's certificate is not accepted: ${error.message}`)
      : error;
  });
  return encrypted;
}

function isConnectionLoss(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code);
}

/** One byte. What came with it was sent by somebody in between, to be taken for encrypted (CVE-2021-23222). */
async function speaksTls(socket: net.Socket, timeoutMs: number): Promise<boolean> {
  socket.write(tlsRequest);
  const answer = await settles(socket, 'data', timeoutMs);
  if (answer?.length === 1 && answer[0] === yes) return true;
  if (answer?.length === 1 && answer[0] === no) return false;
  socket.destroy();
  throw new DatabaseUnavailable('The server does not answer as PostgreSQL does');
}

/** Waits for one event, at most so long; the socket is destroyed when it does not come. */
function settles(socket: net.Socket, event: 'connect' | 'secureConnect' | 'data', timeoutMs: number) {
  return new Promise<Buffer | undefined>((resolve, reject) => {
    const end = (): void => {
      socket.setTimeout(0);
      socket.removeListener('error', onFailure);
      socket.removeListener('close', onClose);
      socket.removeListener('timeout', onTimeout);
      socket.removeListener(event, onEvent);
    };
    const onFailure = (error: Error): void => {
      end();
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    const onClose = (): void =>
      onFailure(new DatabaseUnavailable('The connection closed before the database answered'));
    const onTimeout = (): void => onFailure(new DeadlineExceeded(`The database did not answer within ${timeoutMs} ms`));
    const onEvent = (answer?: unknown): void => {
      end();
      resolve(Buffer.isBuffer(answer) ? answer : undefined);
    };
    socket.setTimeout(timeoutMs);
    socket.once('error', onFailure);
    socket.once('close', onClose);
    socket.once('timeout', onTimeout);
    socket.once(event, onEvent);
  });
}
