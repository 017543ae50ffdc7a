import type { ApplicationScope } from '../keys/api-key.ts';
import type { ApiKeyDetails } from '../keys/store/api-key-details.ts';
import { parseKnownRules, parseRules } from './rules/privileges.ts';
import { badInput } from './rules/text.ts';
import type { AdministrationServices } from './services.ts';

/** New rules of a key or a role. */
export interface PrivilegeChanges {
  /** Replaces all rules; not together with the two below. */
  readonly privileges?: readonly string[] | null | undefined;
  readonly addPrivileges?: readonly string[] | null | undefined;
  readonly removePrivileges?: readonly string[] | null | undefined;
}

/** The part of an update that decides how strong the key is. Absent keeps, null clears. */
export interface RuleChanges extends PrivilegeChanges {
  /** Management keys only. */
  readonly grantable?: readonly string[] | null | undefined;
  readonly applicationScope?: ApplicationScope | null | undefined;
}

export interface GivenRules {
  readonly privileges?: string[];
  /** Null: it may hand out nothing. */
  readonly grantable?: string[] | null;
  readonly applicationScope?: ApplicationScope;
}

/**
 * The rules that an update asks for; what it leaves out is absent. Names are checked in what is new only, so that a key
 * which still names something that the schema has lost can be changed. Removing a rule that is not there changes nothing.
 */
export function givenRules(services: AdministrationServices, input: RuleChanges, before: ApiKeyDetails): GivenRules {
  if (before.type === 'API') {
    if (input.grantable) throw badInput('grantable', 'is for keys of type MANAGEMENT only');
    if (input.applicationScope === 'ALL') throw badInput('applicationScope', 'is for keys of type MANAGEMENT only');
  }
  const privileges = givenPrivileges(services, input, before);
  return {
    ...(privileges && { privileges }),
    ...(input.grantable !== undefined && {
      grantable: input.grantable && [...parseKnownRules(input.grantable, services.schemas.API).texts],
    }),
    ...(input.applicationScope !== undefined && { applicationScope: input.applicationScope ?? 'OWN' }),
  };
}

/** All rules that result, or `undefined` when none is to change. */
export function givenPrivileges(
  { schemas }: AdministrationServices,
  { privileges, addPrivileges, removePrivileges }: PrivilegeChanges,
  before: Pick<ApiKeyDetails, 'type' | 'privileges'>,
): string[] | undefined {
  if (privileges === null) throw badInput('privileges', 'cannot be cleared: an empty list allows nothing');
  if (privileges !== undefined) {
    if (addPrivileges || removePrivileges) {
      throw badInput('privileges', 'replaces all rules: leave out addPrivileges and removePrivileges');
    }
    return [...parseKnownRules(privileges, schemas[before.type]).texts];
  }
  if (!addPrivileges && !removePrivileges) return undefined;
  const removed = new Set(parseRules(removePrivileges ?? []).texts);
  const added = parseKnownRules(addPrivileges ?? [], schemas[before.type]).texts;
  return [...parseRules([...before.privileges.filter((rule) => !removed.has(rule)), ...added]).texts];
}
