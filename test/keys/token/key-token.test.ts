import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemRandom } from '../../../src/kernel/random.ts';
import { base62Alphabet, encodeBase62, randomBase62 } from '../../../src/keys/token/base62.ts';
import { formatToken, generateToken, parseToken, redactToken } from '../../../src/keys/token/key-token.ts';
import { keyShape, looksLikeKey } from '../../../src/keys/token/looks-like-key.ts';

const word = (length: number) =>
  fc.string({ unit: fc.constantFrom(...base62Alphabet), minLength: length, maxLength: length });
const anyToken = fc.record({
  prefix: fc.constantFrom('fieldpass', 'acme', 'acme_maps', 'x1'),
  environment: fc.constantFrom('LIVE' as const, 'TEST' as const),
  publicId: word(12),
  secret: word(32),
});

describe('a key token', () => {
  test('comes back from its own text, and only under its own prefix', () => {
    fc.assert(
      fc.property(anyToken, (token) => {
        expect(parseToken(formatToken(token), token.prefix)).toEqual(token);
        expect(parseToken(formatToken(token), `${token.prefix}x`)).toBeUndefined();
      }),
    );
  });

  test('is refused after any change of a single character', () => {
    const text = formatToken(generateToken('fieldpass', 'LIVE', systemRandom));
    for (let position = 0; position < text.length; position++) {
      for (const replacement of `${base62Alphabet}_- é\n`) {
        if (replacement === text[position]) continue;
        const changed = text.slice(0, position) + replacement + text.slice(position + 1);
        expect(parseToken(changed, 'fieldpass'), changed).toBeUndefined();
      }
    }
  });

  test('is refused with more or less around it', () => {
    const text = formatToken(generateToken('fieldpass', 'TEST', systemRandom));
    for (const other of ['', 'fieldpass_', `${text}x`, `${text}\n`, `${text} `, ` ${text}`, text.slice(0, -1)]) {
      expect(parseToken(other, 'fieldpass'), JSON.stringify(other)).toBeUndefined();
    }
  });

  test('is refused when halves of two keys are joined', () => {
    const first = formatToken(generateToken('fieldpass', 'LIVE', systemRandom));
    const second = formatToken(generateToken('fieldpass', 'LIVE', systemRandom));
    for (let position = 16; position < first.length; position++) {
      const joined = first.slice(0, position) + second.slice(position);
      if (joined !== first && joined !== second) expect(parseToken(joined, 'fieldpass')).toBeUndefined();
    }
  });

  test('has the checksum that CRC-32 gives in base 62, zero-padded', () => {
    const token = {
      prefix: 'fieldpass',
      environment: 'LIVE',
      publicId: '000000000000',
      secret: '0'.repeat(32),
    } as const;
    expect(formatToken(token)).toMatch(/^fieldpass_live_0{12}_0{32}[0-9A-Za-z]{6}$/);
    expect(encodeBase62(0, 6)).toBe('000000');
    expect(encodeBase62(61, 6)).toBe('00000z');
    expect(encodeBase62(62, 6)).toBe('000010');
    expect(encodeBase62(0xffffffff, 6)).toBe('4gfFC3');
  });

  test('shows nothing of the secret when redacted', () => {
    const token = generateToken('fieldpass', 'LIVE', systemRandom);
    expect(redactToken(token)).toBe(`fieldpass_live_${token.publicId}_…`);
    expect(redactToken(token)).not.toContain(token.secret.slice(0, 4));
  });
});

describe('random digits', () => {
  test('skip bytes that would favour the first digits', () => {
    const bytes = [255, 248, 247, 0, 61, 62];
    const random = (size: number) => Uint8Array.from({ length: size }, () => bytes.shift() ?? 0);
    expect(randomBase62(random, 4)).toBe('z0z0');
  });
});

describe('a key shape', () => {
  const text = formatToken(generateToken('fieldpass', 'LIVE', systemRandom));

  test('is found in a URL, encoded or not, with or without neighbours', () => {
    const encoded = [...text].map((character) => `%${character.charCodeAt(0).toString(16)}`).join('');
    for (const url of [
      `/graphql?api_key=${text}`,
      `/x_${text}_y`,
      `/?k=${encoded}`,
      `/?k=${encoded.replaceAll('%', '%25')}`,
      `/?k=%E0%zz${encoded}`,
    ]) {
      expect(looksLikeKey(url, 'fieldpass'), url).toBe(true);
    }
  });

  test('is not found in other text', () => {
    expect(looksLikeKey(`/graphql?query={fieldpass_live_${'a'.repeat(12)}}`, 'fieldpass')).toBe(false);
  });

  test('is found whatever its prefix, which may be missing in part', () => {
    expect(looksLikeKey(`/graphql?k=${text}`, 'acme')).toBe(true);
  });

  test('matches what the published expression matches', () => {
    expect(keyShape('fieldpass').exec(`key ${text}.`)?.[0]).toBe(text);
    expect(keyShape('fieldpass').test(`${text}0`)).toBe(false);
  });
});
