import { networkOf } from '../kernel/network-of.ts';

/** Who holds an answer that waits: the key that was proved, else the network of the client. */
export function holderOf(keyPublicId: string | undefined, clientAddress: string): string {
  return keyPublicId === undefined ? `network ${networkOf(clientAddress)}` : `key ${keyPublicId}`;
}
