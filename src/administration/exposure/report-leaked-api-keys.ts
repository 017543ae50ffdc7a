import { setTimeout as wait } from 'node:timers/promises';
import { changeBy } from '../change.ts';
import { badInput } from '../rules/text.ts';
import type { AdministrationServices, Caller } from '../services.ts';
import { exposeKeys } from './expose-keys.ts';

/** Of one call. */
export const mostReported = 1000;

/** Longer than dealing with a few keys takes: the time of an answer does not tell whether there were any. */
const answerMs = 200;

/**
 * Reports texts that were found in the open. Resolves alike, and after about the same time, whatever they are. It acts on
 * keys of every application, whatever the scope of the caller: having the text is all that it takes to use a key, so it
 * is enough to stop it.
 * @throws BAD_USER_INPUT
 */
export async function reportLeakedApiKeys(
  services: AdministrationServices,
  caller: Caller,
  { keys }: { readonly keys: readonly string[] },
): Promise<void> {
  if (keys.length === 0 || keys.length > mostReported) throw badInput('keys', `must hold 1 to ${mostReported} keys`);
  const found = keys.map((text) => ({ text }));
  const atLeast = wait(answerMs);
  await exposeKeys(services, found, 'MANAGEMENT_API', (work) => changeBy(services, caller, work), caller.key.id);
  await atLeast;
}
