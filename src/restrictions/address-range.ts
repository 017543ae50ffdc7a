import { addressBytes } from '../kernel/address-bytes.ts';

/** Addresses that share their first `prefix` bits; one address when all bits count. 4 bytes for IPv4, 16 for IPv6. */
export interface AddressRange {
  readonly bytes: Uint8Array;
  readonly prefix: number;
}

/**
 * An IPv4 or IPv6 address, or a CIDR range (RFC 4632 §3.1, RFC 4291 §2.3), or `undefined`. Strict: no leading zeros, no
 * zone, no spaces, and no bits beyond the prefix, since `192.0.2.7/24` leaves open which of the two was meant. An IPv4
 * address that is written as IPv6 (RFC 4291 §2.5.5.2) is the IPv4 address, with its prefix counted from there.
 */
export function parseAddressRange(text: string): AddressRange | undefined {
  const [address = '', prefixText, ...rest] = text.split('/');
  const bytes = addressBytes(address);
  if (!bytes || rest.length > 0) return undefined;
  if (prefixText === undefined) return { bytes, prefix: bytes.length * 8 };
  if (!/^(0|[1-9]\d{0,2})$/.test(prefixText)) return undefined;
  const written = Number(prefixText);
  const prefix = address.includes(':') && bytes.length === 4 ? written - mappedBits : written;
  if (prefix < 0 || prefix > bytes.length * 8) return undefined;
  const range = { bytes, prefix };
  return hasBitsBeyond(range) ? undefined : range;
}

export function rangeContains({ bytes, prefix }: AddressRange, address: Uint8Array): boolean {
  if (bytes.length !== address.length) return false;
  return bytes.every((byte, index) => {
    const mask = maskOf(prefix, index);
    return (byte & mask) === ((address[index] ?? 0) & mask);
  });
}

/** Whether every address of `inner` is one of `outer`. */
export function rangeCovers(outer: AddressRange, inner: AddressRange): boolean {
  return outer.prefix <= inner.prefix && rangeContains(outer, inner.bytes);
}

const mappedBits = 96;

/** Which bits of the byte at `index` belong to the prefix. */
function maskOf(prefix: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefix - index * 8));
  return (0xff << (8 - bits)) & 0xff;
}

function hasBitsBeyond({ bytes, prefix }: AddressRange): boolean {
  return bytes.some((byte, index) => (byte & ~maskOf(prefix, index) & 0xff) !== 0);
}
