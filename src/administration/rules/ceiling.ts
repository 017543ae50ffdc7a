import { codedError } from '../../kernel/errors.ts';
import type { ApiKeyRecord, ApiKeyType, ApplicationScope } from '../../keys/api-key.ts';
import type { CompiledSchema } from '../../plan/compiled-schema.ts';
import { type HeldPrivileges, isSubset } from '../../privileges/subset.ts';
import type { AdministrationServices } from '../services.ts';
import { parseRules } from './privileges.ts';

/** The strength of a key: what decides whether somebody may make it. */
export interface KeyStrength {
  readonly type: ApiKeyType;
  readonly applicationScope: ApplicationScope;
  readonly privileges: readonly string[];
  readonly grantable: readonly string[] | undefined;
  readonly expiresAt: number | undefined;
}

/**
 * What of a key is beyond its issuer, empty when the issuer may mint it: an API key's privileges are within the issuer's
 * `grantable`; a management key's privileges, grantable, scope and expiry are within the issuer's own. Rules are
 * compared as they are written, not by what they match today.
 */
export function excessOver(issuer: ApiKeyRecord, key: KeyStrength, schemas: Schemas): readonly string[] {
  const grantable = held(issuer.grantable ?? [], true);
  // Only an API key's own lone `*` leaves explicit fields out.
  if (key.type === 'API') return exceeding(held(key.privileges, false), grantable, schemas.API);
  const outlives = issuer.expiresAt !== undefined && (key.expiresAt === undefined || key.expiresAt > issuer.expiresAt);
  return [
    ...exceeding(held(key.privileges, true), held(issuer.privileges, true), schemas.MANAGEMENT),
    ...exceeding(held(key.grantable ?? [], true), grantable, schemas.API),
    ...(key.applicationScope === 'ALL' && issuer.applicationScope !== 'ALL' ? [scopeAll] : []),
    ...(outlives ? [expiry] : []),
  ];
}

type Schemas = AdministrationServices['schemas'];

/** What stands in a list of excess beside rules. */
const scopeAll = 'applicationScope: ALL';
const expiry = 'expiresAt';

function held(rules: readonly string[], loneStarMatchesExplicit: boolean): HeldPrivileges {
  return { set: parseRules(rules), loneStarMatchesExplicit };
}

function exceeding(child: HeldPrivileges, parent: HeldPrivileges, schema: CompiledSchema): readonly string[] {
  const answer = isSubset(child, parent, schema);
  return answer.kind === 'SUBSET' ? [] : answer.rules;
}

/**
 * Refuses a change whose result its actor could not mint. Of the excess only rules that the actor wrote itself (`said`)
 * are named: the rest is another key's, which it may not be allowed to read.
 */
export function requireCeiling(
  issuer: ApiKeyRecord,
  key: KeyStrength,
  schemas: Schemas,
  said: readonly string[] = [],
): void {
  const excess = excessOver(issuer, key, schemas);
  if (excess.length === 0) return;
  const named = new Set([...said, scopeAll, expiry]);
  throw codedError(
    'PRIVILEGE_ESCALATION',
    key.type === 'API'
      ? 'The key would be allowed more than the calling key can grant. Leave out the rules that are not within its grantable rules.'
      : 'The management key would be stronger than the calling key. Its privileges, grantable rules, scope and expiry must be within those of the calling key.',
    { rules: excess.filter((rule) => named.has(rule)).slice(0, 20) },
  );
}
