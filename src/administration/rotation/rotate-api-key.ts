import { formatIsoDuration } from '../../kernel/duration.ts';
import { codedError } from '../../kernel/errors.ts';
import { statusOf } from '../../keys/status.ts';
import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { changeKey } from '../api-keys/change-key.ts';
import { issueSecret, nextToken } from '../api-keys/issue-secret.ts';
import { targetKey } from '../api-keys/target-key.ts';
import { type ActorChange, changeBy } from '../change.ts';
import { requireEtag } from '../etag.ts';
import { earlierResult } from '../idempotency.ts';
import { requireCeiling } from '../rules/ceiling.ts';
import { badInput } from '../rules/text.ts';
import type { AdministrationServices, Caller } from '../services.ts';
import { sealFor } from './seal-key.ts';
import { replacedBy, setSecret, settleSecrets } from './secret-changes.ts';

export interface RotateApiKeyInput {
  readonly id: string;
  readonly etag?: string | undefined;
  /** For how long the present secret works beside the new one, in milliseconds: 0 to 7 days. */
  readonly gracePeriodMs: number;
  /** Whether the new secret takes over now, or when it is first used. */
  readonly activation: 'IMMEDIATE' | 'FIRST_USE';
  /** When it takes over at the latest, in milliseconds from now: to 7 days. FIRST_USE only. */
  readonly deadlineMs?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  /** RSA, in PEM: the new text is answered encrypted for it, and in no other way. */
  readonly publicKey?: string | undefined;
}

export interface RotatedApiKey {
  readonly apiKey: ApiKeyDetails;
  /** The key's new text, this once; `undefined` when an earlier call with the same idempotency key made it. */
  readonly key: string | undefined;
  /** The same as a compact JWE, instead of `key`, when a public key was given. */
  readonly encryptedKey: string | undefined;
}

const longestMs = 7 * 86_400_000;

/**
 * Gives a key another secret; its id, rules, usage and expiry stay. At most two secrets live: a pending one is canceled,
 * one that is retiring ends. The actor must be able to mint the key as it is.
 * @throws BAD_USER_INPUT, NOT_FOUND, ETAG_MISMATCH, ROTATION_NOT_ALLOWED, PRIVILEGE_ESCALATION, IDEMPOTENCY_KEY_REUSED
 */
export async function rotateApiKey(
  services: AdministrationServices,
  caller: Caller,
  input: RotateApiKeyInput,
): Promise<RotatedApiKey> {
  const { gracePeriodMs, activation } = input;
  const deadlineMs = deadlineOf(input);
  if (gracePeriodMs > longestMs) throw badInput('gracePeriod', 'must be from PT0S to P7D');
  const seal = input.publicKey === undefined ? undefined : await sealFor(input.publicKey);
  return changeBy(services, caller, async (change) => {
    const { actor, now } = change;
    const before = await targetKey(change, input.id);
    const earlier = await earlierResult(change, 'rotateApiKey', input, before.id);
    if (earlier !== undefined) return { apiKey: before, key: undefined, encryptedKey: undefined };
    requireEtag(before, input.etag);
    requireRotatable(before, now);
    requireCeiling(actor, before, services.schemas);
    const activatedAt = now + deadlineMs;
    await makeRoom(change, before, activation, activatedAt, gracePeriodMs);
    const status = activation === 'IMMEDIATE' ? 'ACTIVE' : 'PENDING';
    const secret = { apiKeyId: before.id, status, activatedAt } as const;
    const key = await issueSecret(services, change, secret, nextToken(services, before));
    // A change of a key's secrets is a change of the key.
    await changeKey(
      change,
      before,
      {},
      {
        action: 'api_key.rotated',
        before: undefined,
        after: { activation, activatedAt, gracePeriod: formatIsoDuration(gracePeriodMs) },
      },
    );
    const apiKey = await targetKey(change, before.id);
    // Before the commit: a text that cannot be sealed must not stay behind as a secret that nobody has.
    return seal ? { apiKey, key: undefined, encryptedKey: await seal(key) } : { apiKey, key, encryptedKey: undefined };
  });
}

function deadlineOf({ activation, deadlineMs }: RotateApiKeyInput): number {
  if (activation === 'IMMEDIATE') {
    if (deadlineMs !== undefined) throw badInput('deadline', 'is for activation FIRST_USE only');
    return 0;
  }
  const ms = deadlineMs ?? longestMs;
  if (ms <= 0 || ms > longestMs) throw badInput('deadline', 'must be more than PT0S, and at most P7D');
  return ms;
}

function requireRotatable(key: ApiKeyDetails, now: number): void {
  const status = statusOf(key, now);
  if (status === 'ACTIVE' || status === 'DISABLED' || status === 'PENDING') {
    if (key.expiresAt === undefined || key.expiresAt > now) return;
  }
  const message =
    'A key that has expired, or was revoked or deleted, cannot be rotated. Extend it, or create a new one.';
  throw codedError('ROTATION_NOT_ALLOWED', message);
}

/** Ends what would be a third living secret, and gives the present one its end, planned or begun. */
async function makeRoom(
  change: ActorChange,
  key: ApiKeyDetails,
  activation: RotateApiKeyInput['activation'],
  activatedAt: number,
  graceMs: number,
): Promise<void> {
  const { pending, active, retiring } = await settleSecrets(change, key.id);
  if (pending) await setSecret(change, pending.id, { status: 'REVOKED', expiresAt: change.now });
  // One that was found in the open retires without another: what uses it keeps its hour.
  if (!active) return;
  if (retiring) await setSecret(change, retiring.id, { status: 'EXPIRED', expiresAt: change.now });
  const planned = activation === 'IMMEDIATE' ? replacedBy(change.now, graceMs) : { expiresAt: activatedAt + graceMs };
  await setSecret(change, active.id, planned);
}
