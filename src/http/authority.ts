import { isIPv4, isIPv6 } from 'node:net';

/** The `uri-host [ ":" port ]` of a `Host` header or of an absolute target (RFC 9110 §7.2). */
export interface Authority {
  /** In lower case, without port and brackets; empty when nothing is named. */
  readonly host: string;
  readonly isAddress: boolean;
}

/** `reg-name` (RFC 3986 §3.2.2): unreserved characters, percent escapes and sub-delims. No userinfo: it has an `@`. */
const registeredName = /^(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$/;
/** `IPvFuture`, which nobody speaks yet. */
const futureAddress = /^v[0-9A-F]+\.[A-Z0-9._~!$&'()*+,;=:-]+$/i;

const highestPort = 65_535;

/** `undefined` for what is none by the grammar of RFC 9110 §7.2 and RFC 3986 §3.2.2. */
export function readAuthority(text: string): Authority | undefined {
  const parts = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(text);
  if (!parts) return undefined;
  const [, bracketed, plain = '', port = ''] = parts;
  if (Number(port) > highestPort) return undefined;
  if (bracketed !== undefined) {
    // A zone is no part of an address in a URI.
    const isAddress = isIPv6(bracketed) && !bracketed.includes('%');
    return isAddress || futureAddress.test(bracketed) ? { host: bracketed.toLowerCase(), isAddress } : undefined;
  }
  return registeredName.test(plain) ? { host: plain.toLowerCase(), isAddress: isIPv4(plain) } : undefined;
}

/**
 * Whether somebody who addressed the server by this may reach what stands open to whoever can connect: only by an address,
 * `localhost` or a name that the operator gave. A web page that points a name of its own at this machine (DNS rebinding)
 * sends that name.
 */
export function isOwnName(authority: Authority | undefined, names: ReadonlySet<string>): boolean {
  if (authority === undefined) return false;
  const name = withoutRoot(authority.host);
  return authority.isAddress || name === 'localhost' || names.has(name);
}

/** Names of the operator as `isOwnName` compares them: without port, in lower case. */
export function ownNames(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => withoutRoot(readAuthority(name)?.host ?? '') || []));
}

/** `example.com.` is `example.com`, said in full (RFC 1034 §3.1). */
function withoutRoot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
