import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/read-config.ts';

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const one = { key_identifier: 'one', key: pemOf(p256.publicKey), is_current: true };

const read = (value: string) => readConfig({ SECRET_SCANNING_PUBLIC_KEYS: value }, () => '');
const keysOf = (value: string) => {
  const answer = read(value);
  return answer.kind === 'VALID' ? answer.config.keys.SECRET_SCANNING_PUBLIC_KEYS : answer.problems;
};

describe('the public keys of secret scanning', () => {
  it('are read as GitHub publishes them, or as the list alone', () => {
    const expected = [{ identifier: 'one', pem: one.key }];
    expect(keysOf(JSON.stringify({ public_keys: [one] }))).toEqual(expected);
    expect(keysOf(JSON.stringify([one]))).toEqual(expected);
  });

  it('may stand in a file', () => {
    const answer = readConfig({ SECRET_SCANNING_PUBLIC_KEYS_FILE: '/run/keys' }, () => JSON.stringify([one]));
    expect(answer).toMatchObject({ config: { keys: { SECRET_SCANNING_PUBLIC_KEYS: [{ identifier: 'one' }] } } });
  });

  it.each([
    ['no JSON', 'one'],
    ['none', '[]'],
    ['a key without a name', JSON.stringify([{ key: one.key }])],
    ['a key that is none', JSON.stringify([{ ...one, key: 'one' }])],
    ['a key on another curve', JSON.stringify([{ ...one, key: pemOf(p384.publicKey) }])],
    [
      'a private key',
      JSON.stringify([{ ...one, key: p256.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }]),
    ],
  ])('stop the start when they are %s', (_, value) => {
    const answer = read(value);
    expect(answer.kind === 'INVALID' && answer.problems).toEqual([
      expect.stringMatching(/^SECRET_SCANNING_PUBLIC_KEYS: expected what https:\/\/api\.github\.com\/meta/),
    ]);
  });
});
