import { generateToken } from '../../keys/token/key-token.ts';
import { changeBySystem } from '../change.ts';
import type { AdministrationServices } from '../services.ts';
import { insertAdministrator } from './administrator-key.ts';

/**
 * Makes another management key like the first, for somebody who has the database and the pepper and no key. Nothing that
 * was there changes. Answers the key's text, this once.
 */
export async function recoverAdministrator(services: AdministrationServices): Promise<string> {
  return changeBySystem(services, async (change) => {
    const token = generateToken(services.keyPrefix, 'LIVE', services.random);
    return insertAdministrator(services, change, token, {
      name: 'Recovered management key',
      note: 'Made by admin:recover, with access to the database.',
    });
  });
}
