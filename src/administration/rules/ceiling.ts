import { codedError } from '../../kernel/errors.ts';
import type {
  ApiKeyRecord,
  ApiKeyRestrictions,
  ApiKeyType,
  ApplicationScope,
  Enforcement,
  RoleRecord,
} from '../../keys/api-key.ts';
import type { CompiledSchema } from '../../plan/compiled-schema.ts';
import { privilegeSet } from '../../privileges/grammar/parse-privilege-set.ts';
import { type HeldPrivileges, isSubset } from '../../privileges/subset.ts';
import { looserKinds } from '../../restrictions/looser-kinds.ts';
import type { AdministrationServices } from '../services.ts';
import { measures, measuresBeyond, measuringRefused } from './enforcement.ts';
import { parseRules } from './privileges.ts';

/** The strength of a key: what decides whether somebody may make it. */
export interface KeyStrength {
  readonly type: ApiKeyType;
  readonly applicationScope: ApplicationScope;
  /** Own rules; those of its roles count beside them. */
  readonly privileges: readonly string[];
  readonly roles: readonly RoleRecord[];
  readonly grantable: readonly string[] | undefined;
  readonly expiresAt: number | undefined;
  readonly restrictions?: ApiKeyRestrictions | null | undefined;
  readonly enforcement?: Enforcement | null | undefined;
}

/**
 * What of a key is beyond its issuer, empty when the issuer may mint it: an API key's privileges are within the issuer's
 * `grantable`; a management key's privileges, grantable, scope, expiry and restrictions are within the issuer's own. Rules are
 * compared as they are written, not by what they match today.
 */
export function excessOver(issuer: ApiKeyRecord, key: KeyStrength, schemas: Schemas): readonly string[] {
  const grantable = held([issuer.grantable ?? []], true);
  // Only an API key's own lone `*` leaves explicit fields out.
  if (key.type === 'API') return exceeding(held(rulesOf(key), false), grantable, schemas.API);
  const outlives = issuer.expiresAt !== undefined && (key.expiresAt === undefined || key.expiresAt > issuer.expiresAt);
  return [
    ...exceeding(held(rulesOf(key), true), held(rulesOf(issuer), true), schemas.MANAGEMENT),
    ...exceeding(held([key.grantable ?? []], true), grantable, schemas.API),
    ...(key.applicationScope === 'ALL' && issuer.applicationScope !== 'ALL' ? [scopeAll] : []),
    ...(outlives ? [expiry] : []),
    ...(looserKinds(key.restrictions ?? undefined, issuer.restrictions).length > 0 ? [restrictions] : []),
  ];
}

type Schemas = AdministrationServices['schemas'];

/** What stands in a list of excess beside rules. */
const scopeAll = 'applicationScope: ALL';
const expiry = 'expiresAt';
const restrictions = 'restrictions';

/** Lists of rules that count together; each list has its limit, and together they may be longer. */
function held(lists: readonly (readonly string[])[], loneStarMatchesExplicit: boolean): HeldPrivileges {
  const rules = lists.flatMap((list) => parseRules(list).privileges);
  const byText = new Map(rules.map((rule) => [rule.text, rule]));
  return { set: privilegeSet(byText.values()), loneStarMatchesExplicit };
}

function rulesOf({ privileges, roles }: Pick<KeyStrength, 'privileges' | 'roles'>): readonly (readonly string[])[] {
  return [privileges, ...roles.map((role) => role.privileges)];
}

function exceeding(child: HeldPrivileges, parent: HeldPrivileges, schema: CompiledSchema): readonly string[] {
  const answer = isSubset(child, parent, schema);
  return answer.kind === 'SUBSET' ? [] : answer.rules;
}

/** What of a key the actor wrote itself, as it wrote it. */
export type Said = Partial<Omit<KeyStrength, 'type' | 'roles'>>;

/**
 * Refuses a change whose result its actor could not mint. Named is only what of its own words (`said`) is beyond it,
 * judged as if the key had nothing else: the rest is another key's, which it may not be allowed to read, and must not
 * learn by guesses.
 */
export function requireCeiling(issuer: ApiKeyRecord, key: KeyStrength, schemas: Schemas, said: Said = {}): void {
  const isMeasured = measuresBeyond(issuer, key.enforcement);
  if (isMeasured && measures(said.enforcement)) throw measuringRefused();
  if (!isMeasured && excessOver(issuer, key, schemas).length === 0) return;
  throw codedError(
    'PRIVILEGE_ESCALATION',
    key.type === 'API'
      ? 'More would be allowed than the calling key can grant. Leave out the rules that are not within its grantable rules.'
      : 'A management key would be stronger than the calling key. Its privileges, grantable rules, scope, expiry and restrictions must be within those of the calling key.',
    { rules: excessOver(issuer, saidAlone(issuer, key.type, said), schemas).slice(0, 20) },
  );
}

/** A key that has what the actor wrote, and is as the actor itself in all else. */
function saidAlone(issuer: ApiKeyRecord, type: ApiKeyType, said: Said): KeyStrength {
  return {
    type,
    privileges: said.privileges ?? [],
    roles: [],
    grantable: said.grantable,
    applicationScope: said.applicationScope ?? 'OWN',
    expiresAt: 'expiresAt' in said ? said.expiresAt : issuer.expiresAt,
    restrictions: 'restrictions' in said ? said.restrictions : issuer.restrictions,
  };
}
