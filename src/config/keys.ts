import { z } from 'zod';
import { partnerKeys } from './partner-keys.ts';
import { duration, list } from './values.ts';

const day = 86_400_000;

/** How keys look, how they are kept and how long they live. */
export const keySettings = {
  KEY_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9]{1,15}$/, '2 to 16 lower-case letters and digits, a letter first')
    .default('fieldpass')
    .describe('First part of every key.'),
  KEY_PEPPER: z
    .string()
    .refine(
      (text) => text.split(',').every(is32Bytes),
      '32 bytes in hex or base64; several are separated by commas, the newest first',
    )
    .optional()
    .describe(
      'Secret under which keys are hashed: 32 bytes in hex or base64. Made and kept in `DATA_DIR` when absent; required with `DATABASE_URL` or `NODE_ENV=production`.',
    ),
  KEY_ENVIRONMENTS: list
    .pipe(z.array(z.enum(['live', 'test'], 'live, test or both, separated by a comma')).min(1))
    .default(['live', 'test'])
    .describe('Environments whose keys this server accepts.'),
  KEY_IMPORT_PREFIXES: list
    .pipe(
      z
        .array(
          z.string().regex(/^[A-Za-z][A-Za-z0-9._-]{1,30}[._-]$/, {
            message:
              '3 to 32 letters, digits, ".", "_" or "-", a letter first and no letter or digit last, such as sk_live_',
          }),
        )
        .max(20, 'at most 20 prefixes'),
    )
    .default([])
    .describe(
      'Beginnings of keys of other formats that were imported, such as `sk_live_`. Other foreign keys are refused.',
    ),
  KEY_DEFAULT_VALIDITY: duration(1000, 36_600 * day)
    .default(90 * day)
    .describe('Validity of a key that is created without `expiresAt`.'),
  KEY_MAX_VALIDITY: z
    .union([z.literal('none').transform(() => undefined), duration(1000, 36_600 * day)])
    // Not `default`, which would also stand in for the `undefined` that `none` means.
    .prefault('P366D')
    .describe('Longest validity of a key; `none` allows keys that never expire.'),
  FIELDPASS_ADMIN_KEY: z
    .string()
    .min(1)
    .optional()
    .describe('The first management key, instead of one that is made and printed.'),
  SECRET_SCANNING_PUBLIC_KEYS: partnerKeys
    .optional()
    .describe(
      'Public keys that reports to `/secret-scanning` are signed by: the JSON of https://api.github.com/meta/public_keys/secret_scanning. Without them the path is 404.',
    ),
};

function is32Bytes(text: string): boolean {
  return (
    /^[0-9a-fA-F]{64}$/.test(text) ||
    (/^[A-Za-z0-9+/_-]{43}=?$/.test(text) && Buffer.from(text, 'base64').length === 32)
  );
}
