import { codeOf } from '../../kernel/errors.ts';
import type { CreateApiKeyInput } from '../api-keys/api-key-input.ts';
import { ownerOf } from '../api-keys/create-api-key.ts';
import { describeKey, describeOwn } from '../api-keys/describe-key.ts';
import type { NewKey } from '../api-keys/insert-key.ts';
import { rolesFor } from '../api-keys/key-roles.ts';
import { requireMintable, timedKey } from '../api-keys/wanted-key.ts';
import { changeBy } from '../change.ts';
import { badInput } from '../rules/text.ts';
import type { AdministrationServices, Caller } from '../services.ts';
import { findHolders, type Holders } from './find-holders.ts';
import { type GivenHash, type ImportedSecret, importedSecret } from './imported-secret.ts';
import { type ImportedKey, insertImportedKeys } from './insert-imported-keys.ts';

/** One key: its hash, and what is its own. What it leaves out is that of the whole import. */
export interface ImportApiKeyRow
  extends GivenHash,
    Pick<CreateApiKeyInput, 'name' | 'expiresAt' | 'notBefore' | 'note' | 'externalId' | 'metadata'> {
  readonly privileges?: readonly string[] | undefined;
}

export interface ImportApiKeysInput
  extends Pick<
    CreateApiKeyInput,
    | 'applicationId'
    | 'environment'
    | 'privileges'
    | 'roleIds'
    | 'onDenied'
    | 'enforcement'
    | 'plan'
    | 'throttle'
    | 'restrictions'
    | 'expiresAt'
  > {
  readonly keys: readonly ImportApiKeyRow[];
}

/** What became of one row; `index` counts from 0. */
export type ImportResult =
  | { readonly index: number; readonly outcome: 'IMPORTED'; readonly apiKeyId: string }
  /** A secret with this hash is there already, from this call or before: nothing changed. */
  | { readonly index: number; readonly outcome: 'DUPLICATE'; readonly apiKeyId: string }
  | { readonly index: number; readonly outcome: 'INVALID'; readonly code: string; readonly reason: string };

export const mostImported = 1000;

/**
 * Takes over keys that were issued elsewhere and whose hashes are known: API keys of one application. Every row is
 * judged by the rules of `createApiKey`, and those that hold are imported, in one transaction; the others say why not.
 * The same call again imports nothing twice: a hash is of one key. A key of another format gets a public id here, and
 * with its first rotation a secret in the format of this server.
 * @throws BAD_USER_INPUT, NOT_FOUND; of all rows alike PRIVILEGE_INVALID
 */
export async function importApiKeys(
  services: AdministrationServices,
  caller: Caller,
  { keys: rows, ...common }: ImportApiKeysInput,
): Promise<readonly ImportResult[]> {
  if (rows.length === 0 || rows.length > mostImported) {
    throw badInput('keys', `must be from 1 to ${mostImported} keys`);
  }
  // What is wrong with all of them alike is said once.
  const shared = describeKey(services, { ...common, type: 'API', name: 'any' });
  return changeBy(services, caller, async (change) => {
    const owner = await ownerOf(change, common.applicationId);
    const roles = await rolesFor(change, common.roleIds ?? [], 'API');
    const read = rows.map((row) => attempt(() => importedSecret(services, row, common.environment)));
    const holders = await findHolders(change.within, services.peppers, rows, read.flatMap(readValue));
    const imported: ImportedKey[] = [];
    /** By rules: comparing them takes milliseconds, and most rows have the same. */
    const verdicts = new Map<string, Attempt<true>>();
    const judgeMintable = (key: NewKey): true => {
      requireMintable(services, change, key, roles);
      return true;
    };
    const results = rows.map((row, index): ImportResult => {
      const secret = read[index];
      if (!secret || 'code' in secret) return { index, outcome: 'INVALID', ...(secret ?? unread) };
      const present = holders.ofHash(secret.value, row);
      if (present !== undefined) return { index, outcome: 'DUPLICATE', apiKeyId: present };
      const made = attempt(() => {
        const input: CreateApiKeyInput = { ...common, ...own(row), type: 'API' };
        const described = row.privileges ? describeKey(services, input) : { ...shared, ...describeOwn(input) };
        return timedKey(services, change, { id: services.makeId(), input, described, owner, roles });
      });
      if ('code' in made) return { index, outcome: 'INVALID', ...made };
      const rules = made.value.privileges.join(' ');
      const verdict = verdicts.get(rules) ?? attempt(() => judgeMintable(made.value));
      verdicts.set(rules, verdict);
      if ('code' in verdict) return { index, outcome: 'INVALID', ...verdict };
      // Last, so that nobody learns of a key of others without making one of their own.
      const free = attempt(() => requireFreeId(holders, secret.value));
      if ('code' in free) return { index, outcome: 'INVALID', ...free };
      holders.add(secret.value, made.value.id);
      imported.push({ key: made.value, secret: secret.value });
      return { index, outcome: 'IMPORTED', apiKeyId: made.value.id };
    });
    await insertImportedKeys(services, change, imported);
    return results;
  });
}

/** Only what a row gives replaces what is common to all. */
function own({ name, privileges, expiresAt, notBefore, note, externalId, metadata }: ImportApiKeyRow) {
  return {
    name,
    ...(privileges && { privileges }),
    ...(expiresAt !== undefined && { expiresAt }),
    notBefore,
    note,
    externalId,
    metadata,
  };
}

function requireFreeId(holders: Holders, { publicId }: ImportedSecret): void {
  if (holders.hasId(publicId)) throw badInput('publicId', 'is that of another key');
}

type Attempt<Value> = { readonly value: Value } | { readonly code: string; readonly reason: string };

const unread = { code: 'BAD_USER_INPUT', reason: 'The row cannot be read.' } as const;

/** What a rule refuses is the outcome of its row, and not that of all. */
function attempt<Value>(work: () => Value): Attempt<Value> {
  try {
    return { value: work() };
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return { code, reason: error instanceof Error ? error.message : String(error) };
  }
}

function readValue<Value>(one: Attempt<Value>): Value[] {
  return 'value' in one ? [one.value] : [];
}
