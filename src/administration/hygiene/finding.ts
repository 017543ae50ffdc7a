const dayMs = 86_400_000;

/** What makes a key that works riskier than it has to be. */
export const hygieneKinds = [
  'NEVER_EXPIRES',
  'IDLE',
  'UNRESTRICTED',
  'WILDCARDS',
  'UNUSED_PRIVILEGES',
  'OLD_SECRET',
  'OLD_PEPPER',
] as const;

export type HygieneKind = (typeof hygieneKinds)[number];

/** After this long without a use a key is idle, and a rule unused. */
export const idleMs = 90 * dayMs;
/** A secret that is older should be rotated. */
export const oldSecretMs = 180 * dayMs;

export interface HygieneFinding {
  readonly kind: HygieneKind;
  readonly apiKeyId: string;
  /** Since when it is so, in milliseconds since the epoch: the last use, the making of the secret, or that of the key. */
  readonly since: number;
  /** Of WILDCARDS and UNUSED_PRIVILEGES: the rules that are meant. */
  readonly rules: readonly string[];
}

/** What an administrator reads. */
export function describeFinding({ kind }: Pick<HygieneFinding, 'kind'>): string {
  switch (kind) {
    case 'NEVER_EXPIRES':
      return 'The key never expires. Give it an end with updateApiKey(expiresAt).';
    case 'IDLE':
      return 'The key was not used for 90 days. Disable it, and delete it when nobody misses it.';
    case 'UNRESTRICTED':
      return 'The key works from anywhere. Give it server addresses, referrers or apps with updateApiKey(restrictions).';
    case 'WILDCARDS':
      return 'The key has rules with a wildcard: they also match what the API gets later. unusedPrivileges says what it needs.';
    case 'UNUSED_PRIVILEGES':
      return 'The key has rules of its own that it did not use for 90 days. Take them away with updateApiKey(removePrivileges).';
    case 'OLD_SECRET':
      return 'The secret of the key is more than 180 days old. Replace it with rotateApiKey.';
    case 'OLD_PEPPER':
      return 'A secret of the key is stored under a former pepper until it is used or rotated: KEY_PEPPER must keep that pepper.';
  }
}
