import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { formatToken, generateToken } from '../../src/keys/token/key-token.ts';

/** Keys of the prefix `fieldpass`, child tokens of it, and keys of the import prefixes `sk_live_` and `acme.`. */
export const writtenKey: fc.Arbitrary<string> = fc.oneof(
  fc
    .constantFrom('LIVE' as const, 'TEST' as const)
    .map((environment) =>
      formatToken(generateToken('fieldpass', environment, (size) => new Uint8Array(randomBytes(size)))),
    ),
  fc.stringMatching(/^[0-9A-Za-z_-]{4,60}$/).map((rest) => `fieldpass_child_${rest}`),
  fc.stringMatching(/^[0-9A-Za-z]{22,40}$/).map((rest) => `sk_live_${rest}`),
  fc.stringMatching(/^[0-9A-Za-z]{22,40}$/).map((rest) => `acme.${rest}`),
);

const hex = (code: number) => code.toString(16).padStart(2, '0');
/** Ways to write one character: as it is, and escaped. */
const spellings: readonly ((character: string) => string)[] = [
  (character) => character,
  (character) => `%${hex(character.charCodeAt(0))}`,
  (character) => `%${hex(character.charCodeAt(0)).toUpperCase()}`,
  (character) => `%u00${hex(character.charCodeAt(0))}`,
  (character) => `%c${character.charCodeAt(0) >> 6}%${hex(0x80 | (character.charCodeAt(0) & 0x3f))}`,
];

/** A text with each of its characters written in some way, several times over. */
export function encoded(text: string, choices: readonly number[], rounds: number): string {
  let current = text;
  let next = 0;
  for (let round = 0; round < rounds; round++) {
    current = [...current]
      .map((character) => (spellings[(choices[next++ % choices.length] ?? 0) % spellings.length] ?? String)(character))
      .join('');
  }
  return current;
}
