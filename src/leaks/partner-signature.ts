import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/** A public key of whoever reports, in PEM: ECDSA on P-256. */
export interface PartnerKey {
  readonly identifier: string;
  readonly pem: string;
}

/** By identifier. */
export type PartnerKeys = ReadonlyMap<string, KeyObject>;

export function readPartnerKeys(keys: readonly PartnerKey[]): PartnerKeys {
  return new Map(keys.map(({ identifier, pem }) => [identifier, createPublicKey(pem)]));
}

/**
 * Whether the holder of the key signed exactly these bytes: ECDSA on P-256 with SHA-256 (FIPS 186-5), the signature in
 * DER and base64, as GitHub's secret scanning sends it.
 */
export function isSignedBy(key: KeyObject, body: Uint8Array, signature: string): boolean {
  // 72 bytes is the longest that two numbers below the order of P-256 come to.
  if (!/^[A-Za-z0-9+/]{8,96}={0,2}$/.test(signature)) return false;
  try {
    return verify('sha256', body, { key, dsaEncoding: 'der' }, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}
