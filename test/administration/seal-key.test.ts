import { generateKeyPairSync } from 'node:crypto';
import { compactDecrypt, importPKCS8 } from 'jose';
import { describe, expect, it } from 'vitest';
import { sealFor } from '../../src/administration/rotation/seal-key.ts';
import { outcome } from './support.ts';

const pems = (bits: number) =>
  generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

describe('a sealed text', () => {
  it('is read by the holder of the private key, and by nobody else', async () => {
    const mine = pems(2048);
    const others = pems(2048);
    const sealed = await (await sealFor(mine.publicKey))('fieldpass_live_x');
    expect(sealed).not.toContain('fieldpass');
    const { plaintext, protectedHeader } = await compactDecrypt(
      sealed,
      await importPKCS8(mine.privateKey, 'RSA-OAEP-256'),
    );
    expect(new TextDecoder().decode(plaintext)).toBe('fieldpass_live_x');
    expect(protectedHeader).toMatchObject({ alg: 'RSA-OAEP-256', enc: 'A256GCM' });
    await expect(compactDecrypt(sealed, await importPKCS8(others.privateKey, 'RSA-OAEP-256'))).rejects.toThrow();
  });

  it('is another each time', async () => {
    const seal = await sealFor(pems(2048).publicKey);
    expect(await seal('same')).not.toBe(await seal('same'));
  });
});

describe('a public key that cannot be used is refused', () => {
  const ec = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  it.each([
    ['empty', ''],
    ['no PEM', 'AAAA'],
    ['too short', pems(1024).publicKey],
    ['another kind', ec.publicKey],
    ['a private key', pems(2048).privateKey],
    ['very long', `-----BEGIN PUBLIC KEY-----\n${'A'.repeat(100_000)}\n-----END PUBLIC KEY-----`],
  ])('%s', async (_name, pem) => {
    expect(await outcome(sealFor(pem))).toBe('BAD_USER_INPUT');
  });
});
