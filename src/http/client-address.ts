import { BlockList, isIP } from 'node:net';

/** Whether an address is a proxy of ours, and how many hops are believed at most. */
export interface TrustedProxies {
  /** Decides for the address that `hop` proxies stand behind (0: the peer of the connection itself). */
  trusts(address: string, hop: number): boolean;
}

/** `TRUST_PROXY`: nothing, a number of hops, or addresses and CIDR ranges. */
export function trustedProxies(setting: readonly string[]): TrustedProxies {
  const [first] = setting;
  if (first === undefined) return { trusts: () => false };
  if (/^\d+$/.test(first)) return { trusts: (_, hop) => hop < Number(first) };
  const ranges = new BlockList();
  for (const range of setting) {
    const [address = '', prefix] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) ranges.addAddress(address, family);
    else ranges.addSubnet(address, Number(prefix), family);
  }
  return { trusts: (address) => ranges.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') };
}

/**
 * The address of the client: `X-Forwarded-For` is walked from the right, past proxies that are trusted, and the first
 * address that is not one of them is the client. What stands further left was written by the client and is never read.
 * An entry that is no address ends the walk: the last trusted proxy is then the best that is known.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | null, proxies: TrustedProxies): string {
  let address = plainAddress(peer ?? '') ?? '';
  const hops = (forwardedFor ?? '').split(',').reverse();
  for (const [hop, entry] of hops.entries()) {
    if (address === '' || !proxies.trusts(address, hop)) return address;
    const next = plainAddress(entry.trim());
    if (next === undefined) return address;
    address = next;
  }
  return address;
}

/** Without port, brackets and zone; an IPv4 address that is written as IPv6 becomes IPv4 again. */
export function plainAddress(text: string): string | undefined {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text);
  const withPort = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(text);
  const bare = (bracketed?.[1] ?? withPort?.[1] ?? text).replace(/%.*$/, '');
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(bare)?.[1];
  const address = mapped ?? bare;
  return isIP(address) === 0 ? undefined : address.toLowerCase();
}
