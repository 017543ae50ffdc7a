import { digestOf } from '../../keys/token/secret-hash.ts';
import type { PartnerFeedback, PartnerMatch } from '../../leaks/partner-report.ts';
import { changeBySystem } from '../change.ts';
import type { AdministrationServices } from '../services.ts';
import { exposeKeys } from './expose-keys.ts';

/**
 * Deals with what a scanner found, and says of each match whether it is a key of ours: also one that has ended, since it
 * was one. A report that is sent again changes nothing and is answered alike.
 */
export async function reportFromPartner(
  services: AdministrationServices,
  matches: readonly PartnerMatch[],
): Promise<readonly PartnerFeedback[]> {
  const found = matches.map(({ token, url }) => ({ text: token, url }));
  const known = await exposeKeys(services, found, 'GITHUB', (work) => changeBySystem(services, work));
  return matches.map(({ token, type }) => ({
    token_hash: Buffer.from(digestOf(token)).toString('hex'),
    token_type: type,
    label: known.has(token) ? 'true_positive' : 'false_positive',
  }));
}
