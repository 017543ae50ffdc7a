import type { RandomBytes } from '../../kernel/random.ts';

/** Digits in ascending order; the most significant one stands first. */
export const base62Alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Largest multiple of 62 that a byte can hold: bytes from here on would favour the first digits. */
const fairLimit = 248;

/** A whole number in base 62, padded with `0` to `length` digits. */
export function encodeBase62(value: number, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest = Math.floor(rest / 62)) {
    digits = base62Alphabet.charAt(rest % 62) + digits;
  }
  return digits;
}

/** Uniformly distributed digits (5.954 bits each), by rejection sampling. */
export function randomBase62(random: RandomBytes, length: number): string {
  let digits = '';
  while (digits.length < length) {
    for (const byte of random(length - digits.length)) {
      if (byte < fairLimit) digits += base62Alphabet.charAt(byte % 62);
    }
  }
  return digits;
}
