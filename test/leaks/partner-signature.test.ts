import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSignedBy, readPartnerKeys } from '../../src/leaks/partner-signature.ts';

/** A key, a body and a signature that GitHub published (github/docs, "Secret scanning partner program"). */
const published = {
  identifier: '90a421169f0a406205f1563a953312f0be898d3c7b6c06b681aa86a874555f4a',
  pem: `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9MJJHnMfn2+H4xL4YaPDA4RpJqUq
kCmRCBnYERxZanmcpzQSXs1X/AljlKkbJ8qpVIW4clayyef9gWhFbNHWAA==
-----END PUBLIC KEY-----`,
  body: '[{"token":"some_token","type":"some_type","url":"some_url"}]',
  signature: 'MEUCIQDKZokqnCjrRtw0tni+2Ltvl/uiMJ1EGumEsp1BsNr32AIgQY1YXD2nlj+XNfGK4rBfkMJ1JDOQcYXxa2sY8FNkrKc=',
};

describe("GitHub's signature", () => {
  const key = readPartnerKeys([published]).get(published.identifier);
  if (!key) throw new Error('the key was read');
  const judge = (body: string, signature: string) => isSignedBy(key, Buffer.from(body), signature);

  it('is that of the published example', () => {
    expect(judge(published.body, published.signature)).toBe(true);
  });

  it.each([
    ['another byte', published.body.replace('some_url', 'some_urL'), published.signature],
    ['a line break', `${published.body}\n`, published.signature],
    ['nothing', '', published.signature],
    ['no signature', published.body, ''],
    ['another signature', published.body, published.signature.replace('MEUC', 'MEUD')],
    ['a signature that goes on', published.body, `${published.signature}AAAA`],
    ['no base64', published.body, '*'.repeat(96)],
    ['zeros', published.body, Buffer.from([0x30, 6, 2, 1, 0, 2, 1, 0]).toString('base64')],
    ['a very long one', published.body, 'A'.repeat(100_000)],
  ])('is not of %s', (_, body, signature) => {
    expect(judge(body, signature)).toBe(false);
  });

  it('is not that of another key, nor one over SHA-512, nor one in the form of IEEE P1363', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const body = Buffer.from(published.body);
    const signed = (hash: string, dsaEncoding: 'der' | 'ieee-p1363') =>
      sign(hash, body, { key: privateKey, dsaEncoding }).toString('base64');
    expect(isSignedBy(publicKey, body, signed('sha256', 'der'))).toBe(true);
    expect(isSignedBy(key, body, signed('sha256', 'der'))).toBe(false);
    expect(isSignedBy(publicKey, body, signed('sha512', 'der'))).toBe(false);
    expect(isSignedBy(publicKey, body, signed('sha256', 'ieee-p1363'))).toBe(false);
  });
});
