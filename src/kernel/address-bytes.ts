import { isIP } from 'node:net';

/**
 * The bytes of one address, 4 of IPv4 and 16 of IPv6, or `undefined`. Strict: no zone, no spaces. An IPv4 address that is
 * written as IPv6 (RFC 4291 §2.5.5.2) is the IPv4 address.
 */
export function addressBytes(text: string): Uint8Array | undefined {
  if (text.includes('%')) return undefined;
  switch (isIP(text)) {
    case 4:
      return Uint8Array.from(text.split('.'), Number);
    case 6:
      return withoutMapping(ipv6Bytes(text));
    default:
      return undefined;
  }
}

/** Of a text that is known to be an IPv6 address. */
function ipv6Bytes(text: string): Uint8Array {
  const lastColon = text.lastIndexOf(':');
  const dotted = text
    .slice(lastColon + 1)
    .split('.')
    .map(Number);
  const whole =
    dotted.length === 4
      ? `${text.slice(0, lastColon + 1)}${hex(dotted[0], dotted[1])}:${hex(dotted[2], dotted[3])}`
      : text;
  const [head = '', tail] = whole.split('::');
  const left = groupsOf(head);
  const right = groupsOf(tail ?? '');
  const groups = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function hex(high = 0, low = 0): string {
  return (high * 256 + low).toString(16);
}

function withoutMapping(bytes: Uint8Array): Uint8Array {
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return mapped ? bytes.slice(12) : bytes;
}
