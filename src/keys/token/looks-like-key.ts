import { shortestRest } from './foreign-token.ts';

/**
 * Finds text that has the shape of one of our keys, whether or not it is one: for scanners and redaction. `prefix` is
 * a valid key prefix, so it needs no escaping.
 */
export function keyShape(prefix: string, flags = ''): RegExp {
  return new RegExp(`\\b${body(prefix)}\\b`, flags);
}

/**
 * True when `text`, as it is or percent-decoded, contains something of a key's shape, ours or one that begins with an
 * import prefix: for refusing URLs that carry a key.
 */
export function looksLikeKey(text: string, prefix: string, importPrefixes: readonly string[] = []): boolean {
  return keyLikeIn(text, prefix, importPrefixes) !== undefined;
}

/** The first such thing in it. Word boundaries do not count here, so that it is found in `?x_<key>_y` too. */
export function keyLikeIn(text: string, prefix: string, importPrefixes: readonly string[] = []): string | undefined {
  const shape = new RegExp([body(prefix), ...importPrefixes.map(foreignBody)].join('|'));
  return shape.exec(text)?.[0] ?? (text.includes('%') ? shape.exec(decoded(text))?.[0] : undefined);
}

function body(prefix: string): string {
  return `${prefix}_(?:live|test)_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}`;
}

function foreignBody(prefix: string): string {
  return `${prefix.replaceAll('.', '\\.')}[0-9A-Za-z._-]{${shortestRest},}`;
}

/** Decodes every escape of an ASCII character, twice (a proxy may have encoded an encoded URL); the rest stays. */
function decoded(text: string): string {
  let current = text;
  for (let round = 0; round < 2; round++) {
    current = current.replace(/%([0-7][0-9A-Fa-f])/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  return current;
}
