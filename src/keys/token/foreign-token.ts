/** Shorter ones could be guessed: what follows the prefix must have room for 128 bits in base62. */
export const shortestRest = 22;

/**
 * Whether a text may be an imported key of another format: it begins with one of the prefixes that the server was told
 * of. Nothing else is known of such a text before it is looked up by its hash.
 */
export function isForeignToken(text: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => text.startsWith(prefix) && text.length >= prefix.length + shortestRest);
}
