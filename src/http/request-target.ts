import { type Authority, readAuthority } from './authority.ts';

/** What a request line and the `Host` header say of what is asked for. */
export type RequestTarget =
  | {
      readonly kind: 'ADDRESSED';
      /** Up to the first `?`, byte for byte: nothing decoded, no segment resolved. */
      readonly path: string;
      /** From the first `?` on, or empty. */
      readonly search: string;
      /** Whom the client believes to address; `undefined` when it does not say (HTTP/1.0). It has no part in routing. */
      readonly authority: Authority | undefined;
    }
  | { readonly kind: 'MALFORMED'; readonly problem: string };

/** The head of a request as it came over the wire. */
export interface RequestHead {
  readonly target: string;
  /** `1.1` */
  readonly httpVersion: string;
  /** The value of each `Host` line. */
  readonly hosts: readonly string[];
}

/**
 * Reads a request target in origin-form (RFC 9112 §3.2.1), absolute-form (§3.2.2: a server must serve what a client sends
 * to a proxy; its authority then counts, and `Host` must be well-formed all the same) or asterisk-form, which is the path
 * `*` here.
 */
export function readTarget({ target, httpVersion, hosts }: RequestHead): RequestTarget {
  const [host, ...more] = hosts;
  if (more.length > 0) return malformed('The Host header stands there more than once.');
  // RFC 9112 §3.2: every request of HTTP/1.1 has one.
  if (host === undefined && httpVersion !== '1.0') return malformed('The Host header is missing.');
  const addressed = host === undefined ? undefined : readAuthority(host);
  if (host !== undefined && addressed === undefined) return malformed('The Host header is no host with a port.');
  if (target.startsWith('/') || target === '*') return { kind: 'ADDRESSED', ...split(target), authority: addressed };
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/is.exec(target);
  if (!absolute) return malformed('The request target is neither a path nor an http or https URL.');
  const [, authorityText = '', rest = ''] = absolute;
  const authority = readAuthority(authorityText);
  // RFC 9110 §4.2.1: without a host it is no URL of http; §4.2.4: nor with userinfo.
  if (!authority?.host) return malformed('The request target is no URL of a host.');
  // RFC 3986 §6.2.3: an empty path is the root.
  return { kind: 'ADDRESSED', ...split(rest.startsWith('/') ? rest : `/${rest}`), authority };
}

function split(text: string): { readonly path: string; readonly search: string } {
  const mark = text.indexOf('?');
  return mark === -1 ? { path: text, search: '' } : { path: text.slice(0, mark), search: text.slice(mark) };
}

function malformed(problem: string): RequestTarget {
  return { kind: 'MALFORMED', problem };
}

/**
 * The target as a URL can hold it, that readers of URLs take for the same: bytes beyond ASCII (which Node gives as Latin-1)
 * are escaped, and a `#`, which has no place in a target, does not cut it.
 */
export function asUrlText(text: string): string {
  return text.replace(/[^!-~]|#/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Path and query of a URL by its text: `new URL` would resolve dot segments and turn backslashes. */
export function partsOfUrl(url: string): { readonly path: string; readonly search: string } {
  const [, path = '', search = ''] = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/?#]*)?([^?#]*)(\?[^#]*)?/i.exec(url) ?? [];
  return { path: path || '/', search };
}
