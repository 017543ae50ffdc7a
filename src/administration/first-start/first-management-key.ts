import { eq } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { instanceSetting } from '../../db/schema/index.ts';
import { StartError } from '../../kernel/start-error.ts';
import { findByPublicId } from '../../keys/store/find-by-public-id.ts';
import { formatToken, generateToken, type KeyToken, parseToken } from '../../keys/token/key-token.ts';
import { secretMatches } from '../../keys/token/secret-hash.ts';
import { type Change, changeBySystem } from '../change.ts';
import type { AdministrationServices } from '../services.ts';
import { insertAdministrator } from './administrator-key.ts';

export type FirstManagementKey =
  /** Made by this start; its text was delivered. */
  | { readonly kind: 'MADE'; readonly key: string }
  /** The given key was new here and is a management key now. */
  | { readonly kind: 'ADOPTED' }
  /** Nothing to do: an earlier start made or adopted it, whatever became of it since. */
  | { readonly kind: 'PRESENT' };

export interface FirstManagementKeyOptions {
  /** `FIELDPASS_ADMIN_KEY`: the text of a key, used instead of a new one. */
  readonly given: string | undefined;
  /**
   * Puts the text of a new key where its owner finds it. Runs before the commit: when the process dies in between, the
   * next start makes another key and delivers that.
   */
  readonly deliver: (key: string) => Promise<void>;
}

const madeSetting = 'first_management_key';
const first = { name: 'First management key', note: null } as const;

/**
 * Sees to it that somebody can administer this server: a key that may do everything, on every application, for ever.
 * It is remembered outside the keys themselves that this was done, so no start revives a key that was ended.
 * Of several instances that start at once, one makes it.
 * @throws StartError when the given text is not a key of this server, or another secret of a key that it has
 */
export async function firstManagementKey(
  services: AdministrationServices,
  { given, deliver }: FirstManagementKeyOptions,
): Promise<FirstManagementKey> {
  const token = given === undefined ? undefined : parseGiven(given, services.keyPrefix);
  return changeBySystem(services, async (change) => {
    if (token) return adopt(services, change, token);
    if (await isNoted(change, madeSetting)) return { kind: 'PRESENT' };
    const fresh = generateToken(services.keyPrefix, 'LIVE', services.random);
    await insertAdministrator(services, change, fresh, first);
    await note(change, madeSetting);
    const key = formatToken(fresh);
    await deliver(key);
    return { kind: 'MADE', key };
  });
}

function parseGiven(given: string, prefix: string): KeyToken {
  const token = parseToken(given, prefix);
  if (token) return token;
  throw new StartError(
    `FIELDPASS_ADMIN_KEY is not a key of this server; expected ${prefix}_live_… with its checksum, as an earlier start or createApiKey printed it`,
  );
}

async function adopt(services: AdministrationServices, change: Change, token: KeyToken): Promise<FirstManagementKey> {
  const setting = `adopted_key_${token.publicId}`;
  const stored = await findByPublicId(change.within, token.publicId);
  const text = formatToken(token);
  if (stored && !stored.secrets.some((secret) => secretMatches(text, secret, services.peppers))) {
    throw new StartError(
      'FIELDPASS_ADMIN_KEY has the id of a key of this server and another secret; expected that key',
    );
  }
  if (stored || (await isNoted(change, setting))) return { kind: 'PRESENT' };
  await insertAdministrator(services, change, token, first);
  await note(change, setting);
  if (!(await isNoted(change, madeSetting))) await note(change, madeSetting);
  return { kind: 'ADOPTED' };
}

/** Whether a server ever started with this database. */
export async function hasFirstManagementKey({ queries }: Pick<Database, 'queries'>): Promise<boolean> {
  const rows = await queries.select().from(instanceSetting).where(eq(instanceSetting.name, madeSetting));
  return rows.length > 0;
}

async function isNoted({ within }: Change, name: string): Promise<boolean> {
  const rows = await within.select().from(instanceSetting).where(eq(instanceSetting.name, name));
  return rows.length > 0;
}

async function note({ within, now }: Change, name: string): Promise<void> {
  await within.insert(instanceSetting).values({ name, value: true, updatedAt: now });
}
