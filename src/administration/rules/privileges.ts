import type { CompiledSchema } from '../../plan/compiled-schema.ts';
import { checkNames } from '../../privileges/grammar/check-names.ts';
import {
  type PrivilegeSet,
  parsePrivilegeSet,
  privilegeInvalid,
} from '../../privileges/grammar/parse-privilege-set.ts';

/** Rules of the grammar, each once, in their one text and order; or PRIVILEGE_INVALID, which names what is wrong. */
export function parseRules(rules: readonly string[]): PrivilegeSet {
  const answer = parsePrivilegeSet(rules);
  if (answer.kind === 'INVALID') throw privilegeInvalid(answer.problems);
  return answer.set;
}

/** Also every name must exist: a misspelt rule would silently allow nothing, or deny nothing. */
export function parseKnownRules(rules: readonly string[], schema: CompiledSchema): PrivilegeSet {
  const set = parseRules(rules);
  const problems = checkNames(set, schema);
  if (problems.length > 0) throw privilegeInvalid(problems);
  return set;
}
