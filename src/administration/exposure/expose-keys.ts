import { eq, sql } from 'drizzle-orm';
import { apiKey, apiKeySecret } from '../../db/schema/index.ts';
import { looksLikeKey } from '../../keys/token/looks-like-key.ts';
import { decideLeak, type LeakAction } from '../../leaks/leak-policy.ts';
import type { Change } from '../change.ts';
import { type LivingSecrets, setSecret, settleSecrets } from '../rotation/secret-changes.ts';
import type { AdministrationServices } from '../services.ts';
import { type ExposedSecret, findExposedSecrets } from './exposed-secrets.ts';

/** A text that was found in the open. */
export interface FoundText {
  readonly text: string;
  /** Where, if anybody says so. */
  readonly url?: string | undefined;
}

/** Who found it: a caller of the management API, or GitHub's secret scanning. */
export type LeakSource = 'MANAGEMENT_API' | 'GITHUB';

/** Texts of one transaction: other changes wait for it. */
const chunkSize = 100;
const reason = 'Its text was found in the open.';

/**
 * Does with each key whose text was found what its application wants, whatever application that is: whoever has the text
 * can use the key. A secret is dealt with once; reported again it changes nothing, so that a report that is repeated, by
 * whomever, does not undo what an admin decided since. Answers the texts that are of a key.
 *
 * @param change makes one change, as the caller or as the system
 * @param reporter id of the calling key: what is done with it itself comes last, for it ends what it may do
 */
export async function exposeKeys(
  services: AdministrationServices,
  found: readonly FoundText[],
  source: LeakSource,
  change: (work: (change: Change) => Promise<void>) => Promise<void>,
  reporter?: string,
): Promise<ReadonlySet<string>> {
  const urls = new Map(found.map(({ text, url }) => [text, url]));
  const texts = [...urls.keys()];
  const { database, peppers, clock } = services;
  const exposed: ExposedSecret[] = [];
  for (let start = 0; start < texts.length; start += chunkSize) {
    const chunk = texts.slice(start, start + chunkSize);
    exposed.push(...(await findExposedSecrets(database.queries, peppers, chunk, clock.now())));
  }
  const fresh = exposed.filter(({ exposedAt }) => exposedAt === undefined);
  const ordered = [
    ...fresh.filter(({ key }) => key.id !== reporter),
    ...fresh.filter(({ key }) => key.id === reporter),
  ].map(({ text }) => text);
  for (let start = 0; start < ordered.length; start += chunkSize) {
    const chunk = ordered.slice(start, start + chunkSize);
    await change(async (made) => {
      // As they are now that nobody else changes anything; one secret after the other, for two may be of one key.
      for (const text of chunk) {
        const [current] = await findExposedSecrets(made.within, peppers, [text], made.now);
        if (current && current.exposedAt === undefined) {
          await expose(made, current, { source, url: shownUrl(urls.get(text), text, services) });
        }
      }
    });
  }
  return new Set(exposed.map(({ text }) => text));
}

async function expose(
  change: Change,
  { secretId, key, policy }: ExposedSecret,
  how: { readonly source: LeakSource; readonly url: string | null },
): Promise<void> {
  const { within, now } = change;
  const living = await settleSecrets(change, key.id);
  const secret = Object.values(living).find((one) => one?.id === secretId);
  const action = decideLeak(policy, key.status, secret ?? { status: 'EXPIRED', expiresAt: undefined }, now);
  await within.update(apiKeySecret).set({ exposedAt: now }).where(eq(apiKeySecret.id, secretId));
  change.record({
    action: 'api_key.exposed',
    targetType: 'ApiKey',
    targetId: key.id,
    applicationId: key.applicationId,
    before: undefined,
    after: { secretId, ...how, policy, done: action.kind },
  });
  if (action.kind === 'NOTHING') return;
  await act(change, action, { secretId, key }, living);
  await within
    .update(apiKey)
    .set({ updatedAt: now, version: sql`${apiKey.version} + 1` })
    .where(eq(apiKey.id, key.id));
  change.touchKeys(key.publicId);
}

async function act(
  change: Change,
  action: Exclude<LeakAction, { readonly kind: 'NOTHING' }>,
  { secretId, key }: Pick<ExposedSecret, 'secretId' | 'key'>,
  { active, retiring }: LivingSecrets,
): Promise<void> {
  const { within, now } = change;
  switch (action.kind) {
    case 'RETIRE_SECRET':
      // As with a rotation: one secret retires at a time, and the former one has had its grace.
      if (retiring && retiring.id !== secretId) {
        await setSecret(change, retiring.id, { status: 'EXPIRED', expiresAt: now });
      }
      await setSecret(change, secretId, { status: 'RETIRING', expiresAt: action.expiresAt });
      return;
    case 'CANCEL_SECRET':
      await setSecret(change, secretId, { status: 'REVOKED', expiresAt: now });
      // What was to end for it goes on.
      if (active) await setSecret(change, active.id, { expiresAt: null });
      return;
    case 'DISABLE_KEY':
      await within.update(apiKey).set({ disabledAt: now, disabledReason: reason }).where(eq(apiKey.id, key.id));
      change.record({
        action: 'api_key.disabled',
        targetType: 'ApiKey',
        targetId: key.id,
        applicationId: key.applicationId,
        before: { disabledAt: null },
        after: { disabledAt: now, reason },
      });
  }
}

/** A place whose name is the key, or another, says nothing more, and must not be kept. */
function shownUrl(
  url: string | undefined,
  text: string,
  { keyPrefix, importPrefixes }: AdministrationServices,
): string | null {
  if (url === undefined || url === '' || url.includes(text)) return null;
  return looksLikeKey(url, keyPrefix, importPrefixes) ? null : url;
}
