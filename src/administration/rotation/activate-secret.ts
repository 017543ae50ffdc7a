import type { ApiKeyRecord, KeySecretRecord } from '../../keys/api-key.ts';
import { noteKeyChange } from '../api-keys/change-key.ts';
import { type Change, changeBySystem } from '../change.ts';
import type { AdministrationServices } from '../services.ts';
import { replacedBy, setSecret, settleSecrets } from './secret-changes.ts';

/** Makes a pending secret, which was just used for the first time, the secret of its key. */
export type ActivateSecret = (key: ApiKeyRecord, secret: KeySecretRecord) => Promise<void>;

/**
 * However many requests use a secret first, on whatever instance, one of them activates it: changes take turns, and the
 * statement only finds a pending one. The requests of this instance share one turn. A process that dies before the
 * commit leaves the secret pending, and the next use activates it.
 */
export function secretActivator(services: AdministrationServices): ActivateSecret {
  const running = new Map<string, Promise<void>>();
  return (key, secret) => {
    const present = running.get(secret.id);
    if (present) return present;
    const started = changeBySystem(services, (change) => activate(change, key, secret)).finally(() => {
      running.delete(secret.id);
    });
    running.set(secret.id, started);
    return started;
  };
}

async function activate(change: Change, key: ApiKeyRecord, secret: KeySecretRecord): Promise<void> {
  const { now } = change;
  const { pending, active } = await settleSecrets(change, key.id);
  if (pending?.id !== secret.id) return;
  // The grace was planned from the deadline on; it begins now instead.
  const plannedFor = pending.activatedAt ?? now;
  const graceMs = active?.expiresAt === undefined ? 0 : active.expiresAt - plannedFor;
  if (active) await setSecret(change, active.id, replacedBy(now, graceMs));
  await setSecret(change, secret.id, { status: 'ACTIVE', activatedAt: now }, 'PENDING');
  noteKeyChange(change, key, {
    action: 'api_key.secret_activated',
    before: { secretId: active?.id ?? null },
    after: { secretId: secret.id },
  });
}
