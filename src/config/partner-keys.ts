import { createPublicKey } from 'node:crypto';
import { z } from 'zod';

/** A public key that reports of leaked keys are signed by. */
export interface PartnerKeySetting {
  readonly identifier: string;
  readonly pem: string;
}

const expected =
  'what https://api.github.com/meta/public_keys/secret_scanning answers: {"public_keys":[{"key_identifier":"…","key":"-----BEGIN PUBLIC KEY-----…"}]}, with keys on P-256';

/** The JSON that GitHub publishes, as it is; the list alone will do. Other members are passed over. */
export const partnerKeys = z.string().transform((text, context): readonly PartnerKeySetting[] => {
  const keys = readKeys(text);
  if (keys) return keys;
  context.addIssue({ code: 'custom', message: expected });
  return z.NEVER;
});

const listed = z
  .array(z.object({ key_identifier: z.string().min(1).max(200), key: z.string().refine(isP256) }))
  .min(1)
  .max(20);
const published = z.union([listed, z.object({ public_keys: listed }).transform((answer) => answer.public_keys)]);

function readKeys(text: string): readonly PartnerKeySetting[] | undefined {
  const answer = published.safeParse(parseJson(text));
  return answer.success
    ? answer.data.map(({ key_identifier, key }) => ({ identifier: key_identifier, pem: key }))
    : undefined;
}

function isP256(pem: string): boolean {
  // A private key would do as well, and has no place here.
  if (!pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----')) return false;
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(pem);
    return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
