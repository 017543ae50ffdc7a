import { apiKeySecret } from '../../db/schema/index.ts';
import type { ApiKeyEnvironment } from '../../keys/api-key.ts';
import { formatToken, generateToken, type KeyToken, redactToken } from '../../keys/token/key-token.ts';
import { digestOf, hashDigest } from '../../keys/token/secret-hash.ts';
import type { Change } from '../change.ts';
import type { AdministrationServices } from '../services.ts';

/** Of which key the secret is, and when it works. */
export interface NewSecret {
  readonly apiKeyId: string;
  readonly status: 'ACTIVE' | 'PENDING';
  /** Since when it is the key's secret; of a pending one, when it becomes that at the latest. */
  readonly activatedAt: number;
}

/** Stores a secret and answers the text of the key that carries it: the only moment at which it exists here. */
export async function issueSecret(
  services: AdministrationServices,
  { within, now }: Change,
  secret: NewSecret,
  token: KeyToken,
): Promise<string> {
  const text = formatToken(token);
  const pepper = services.peppers.current;
  await within.insert(apiKeySecret).values({
    ...secret,
    id: services.makeId(),
    hash: hashDigest(digestOf(text), pepper),
    pepperVersion: pepper.version,
    redacted: redactToken(token),
    createdAt: now,
  });
  return text;
}

/** Another secret for a key that exists: only the secret part is new. */
export function nextToken(
  { keyPrefix, random }: AdministrationServices,
  { publicId, environment }: { readonly publicId: string; readonly environment: ApiKeyEnvironment },
): KeyToken {
  return { ...generateToken(keyPrefix, environment, random), publicId };
}
