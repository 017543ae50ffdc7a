/**
 * The first `length` characters (UTF-16 code units) of a text, as a text of its own: what `slice` answers keeps the whole
 * text in memory. For what outlives a request, of which a client may have sent much more.
 */
export function beginningOf(text: string, length: number): string {
  return Buffer.from(text.slice(0, length), 'utf16le').toString('utf16le');
}
