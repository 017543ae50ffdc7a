import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/kernel/random.ts';
import { formatToken, generateToken } from '../../src/keys/token/key-token.ts';
import { gitleaksRule, scannerRule } from '../../src/leaks/scanner-rule.ts';

const rule = scannerRule('acme');
const token = (environment: 'LIVE' | 'TEST' = 'LIVE', prefix = 'acme') =>
  formatToken(generateToken(prefix, environment, systemRandom));
const found = (text: string) => text.match(new RegExp(rule.regex, 'g')) ?? [];

/** Shannon's, in bits a character, as gitleaks computes it. */
function entropyOf(text: string): number {
  return [...new Set(text)].reduce((sum, character) => {
    const share = (text.split(character).length - 1) / text.length;
    return sum - share * Math.log2(share);
  }, 0);
}

describe('the rule of a scanner', () => {
  it('finds every key, wherever it stands, whole', () => {
    for (let round = 0; round < 200; round++) {
      const key = token(round % 2 === 0 ? 'LIVE' : 'TEST');
      for (const text of [key, `key=${key}`, `{"key":"${key}"}`, `https://x/?k=${key}&y`, `\t${key}\n`, `(${key}).`]) {
        expect(found(text)).toEqual([key]);
      }
      expect(rule.keywords.some((keyword) => key.includes(keyword))).toBe(true);
      expect(entropyOf(key)).toBeGreaterThan(rule.entropy);
    }
  });

  it('finds all of several', () => {
    const keys = [token(), token('TEST'), token()];
    expect(found(keys.join(','))).toEqual(keys);
  });

  it.each([
    ['a key of another prefix', token('LIVE', 'other')],
    ['a longer prefix', `x${token()}`],
    ['a prefix within a word', `my_${token()}`],
    ['another environment', token().replace('_live_', '_prod_')],
    ['capitals', token().replace('acme_live', 'ACME_LIVE')],
    ['one character less', token().slice(0, -1)],
    ['one character more', `${token()}x`],
    ['one underscore more', `${token()}_`],
    ['a dash in the secret', token().replace(/.{5}$/, '-abcd')],
    ['what is shown of a key', `${token().slice(0, 23)}…`],
    ['a variable', 'acme_live_key'],
  ])('does not find %s', (_, text) => {
    expect(found(text)).toEqual([]);
  });

  it('passes over placeholders by their entropy', () => {
    for (const filler of ['0', 'x', 'A']) {
      const placeholder = `acme_live_${filler.repeat(12)}_${filler.repeat(38)}`;
      expect(entropyOf(placeholder)).toBeLessThan(rule.entropy);
    }
  });

  it('is written for gitleaks with the same expression, which captures nothing but the whole', () => {
    const toml = gitleaksRule(rule);
    const [, regex = ''] = /^regex = '''(.+)'''$/m.exec(toml) ?? [];
    expect(regex).toBe(rule.regex);
    expect(new RegExp(`${regex}|`).exec('')).toHaveLength(1);
    expect(toml).toMatch(/^\[\[rules\]\]\nid = "acme-api-key"\n/);
    expect(toml).toContain('keywords = ["acme_live_", "acme_test_"]');
  });
});
