import type { KeySecretRecord } from './api-key.ts';

/**
 * A secret as it is at `now`. A rotation is planned whole when it begins: a pending secret carries the moment at which it
 * becomes the key's own at the latest, and the present one the moment at which it then ends. So nothing has to happen
 * at those moments, and nothing can be late; what is stored catches up with the next change.
 */
export function secretAt(secret: KeySecretRecord, all: readonly KeySecretRecord[], now: number): KeySecretRecord {
  const status = statusAt(secret, all, now);
  return status === secret.status ? secret : { ...secret, status };
}

function statusAt(secret: KeySecretRecord, all: readonly KeySecretRecord[], now: number): KeySecretRecord['status'] {
  switch (secret.status) {
    case 'REVOKED':
    case 'EXPIRED':
      return secret.status;
    case 'PENDING':
      return isDue(secret, now) ? 'ACTIVE' : 'PENDING';
    case 'ACTIVE':
    case 'RETIRING': {
      if (secret.expiresAt !== undefined && secret.expiresAt <= now) return 'EXPIRED';
      const replaced = all.some((other) => other.status === 'PENDING' && isDue(other, now));
      return replaced ? 'RETIRING' : secret.status;
    }
  }
}

function isDue({ activatedAt }: KeySecretRecord, now: number): boolean {
  return activatedAt !== undefined && activatedAt <= now;
}
