import { CompactEncrypt, importSPKI } from 'jose';
import { badInput } from '../rules/text.ts';

/** Makes a key's text unreadable for everybody but the holder of one private key. */
export type Seal = (text: string) => Promise<string>;

const expected = 'must be an RSA public key of 2048 to 8192 bits in PEM (-----BEGIN PUBLIC KEY-----)';
const longestPem = 4_000;

/**
 * A seal for an RSA public key in PEM (SubjectPublicKeyInfo, RFC 7468 §13): what it gives is a compact JWE (RFC 7516)
 * with `alg` RSA-OAEP-256 and `enc` A256GCM (RFC 7518 §4.3, §5.3), whose plaintext is the text in UTF-8.
 * @throws BAD_USER_INPUT
 */
export async function sealFor(publicKey: string): Promise<Seal> {
  const key = await importRsa(publicKey);
  return (text) =>
    new CompactEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'text/plain' })
      .encrypt(key);
}

async function importRsa(pem: string): Promise<CryptoKey> {
  if (pem.length > longestPem) throw badInput('publicKey', expected);
  try {
    const key = await importSPKI(pem, 'RSA-OAEP-256');
    const bits = 'modulusLength' in key.algorithm ? Number(key.algorithm.modulusLength) : 0;
    if (bits >= 2048 && bits <= 8192) return key;
  } catch {
    // Falls through: not PEM, or not RSA.
  }
  throw badInput('publicKey', expected);
}
