import { isIP } from 'node:net';
import { addressBytes } from './address-bytes.ts';

/**
 * What failures of an address are counted under. Of IPv6 it is the first 64 bits, all of which one customer has (RFC 6177,
 * RFC 4291 §2.5.4), and who can take another of them for each request; of IPv4, also where it is written as IPv6
 * (RFC 4291 §2.5.5.2), the address. A text that is no address stays as it is.
 */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const bytes = addressBytes(address.replace(/%.*$/, ''));
  if (!bytes) return address;
  if (bytes.length === 4) return bytes.join('.');
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const network = [0, 2, 4, 6].map((at) => view.getUint16(at).toString(16));
  return `${network.join(':')}::/64`;
}
