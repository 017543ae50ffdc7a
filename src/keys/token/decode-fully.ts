const percent = 0x25;

/**
 * Decodes every escape of an ASCII character, and those that come of it, however often it was encoded; the rest stays.
 * Escapes are `%41`; `%u0041`, as some servers read it; and `%C1%81`, an overlong form (RFC 3629 §3) that careless decoders
 * take. They cannot overlap, so that the order of decoding does not matter, and one pass that looks back does it all: each
 * character is read once, and each escape makes the text shorter. A URL may be all escapes, so that it works on numbers.
 */
export function decodeFully(text: string): string {
  const first = text.indexOf('%');
  if (first === -1) return text;
  const read = new Uint16Array(text.length - first);
  let end = 0;
  for (let index = first; index < text.length; index++) {
    read[end++] = text.charCodeAt(index);
    for (let length = escapeAtEnd(read, end); length > 0; length = escapeAtEnd(read, end)) {
      const code = codeOf(read, end, length);
      end -= length;
      read[end++] = code;
    }
  }
  return text.slice(0, first) + Buffer.from(read.buffer, 0, end * 2).toString('utf16le');
}

/** Length of the escape that the first `end` characters end with, or 0. */
function escapeAtEnd(read: Uint16Array, end: number): number {
  if (digitAt(read, end - 1) < 0) return 0;
  if (read[end - 3] === percent && isBelow(digitAt(read, end - 2), 8)) return 3;
  return read[end - 6] === percent && (isWide(read, end) || isOverlong(read, end)) ? 6 : 0;
}

/** `%u00` and two digits. */
function isWide(read: Uint16Array, end: number): boolean {
  const u = read[end - 5];
  return (
    (u === 0x75 || u === 0x55) && read[end - 4] === 0x30 && read[end - 3] === 0x30 && isBelow(digitAt(read, end - 2), 8)
  );
}

/** Two bytes of UTF-8 where one would do: `%C0` or `%C1`, and `%80` to `%BF`. */
function isOverlong(read: Uint16Array, end: number): boolean {
  return (
    read[end - 3] === percent &&
    digitAt(read, end - 5) === 0xc &&
    isBelow(digitAt(read, end - 4), 2) &&
    digitAt(read, end - 2) >> 2 === 0b10
  );
}

function codeOf(read: Uint16Array, end: number, length: number): number {
  const low = digitAt(read, end - 2) * 16 + digitAt(read, end - 1);
  if (length === 3 || read[end - 3] !== percent) return low;
  return (digitAt(read, end - 4) << 6) | (low & 0x3f);
}

function isBelow(digit: number, limit: number): boolean {
  return digit >= 0 && digit < limit;
}

/** Of a hexadecimal digit; -1 for what is none. */
function digitAt(read: Uint16Array, at: number): number {
  const code = read[at] ?? 0;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
