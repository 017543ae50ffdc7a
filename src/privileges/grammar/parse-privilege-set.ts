import { createHash } from 'node:crypto';
import type { GraphQLError } from 'graphql';
import { codedError } from '../../kernel/errors.ts';
import { sentence } from '../../kernel/sentence.ts';
import { type Privilege, parsePrivilege } from './parse-privilege.ts';

/** Rules in canonical form: sorted, each once. Equal sets have equal hashes, however they were written. */
export interface PrivilegeSet {
  readonly privileges: readonly Privilege[];
  readonly texts: readonly string[];
  /** SHA-256 of the canonical texts, hex. */
  readonly hash: string;
}

export interface PrivilegeProblem {
  /** Position in what was given. */
  readonly index: number;
  /** At most 100 characters of the rule. */
  readonly text: string;
  readonly message: string;
}

export type PrivilegeSetAnswer =
  | { readonly kind: 'VALID'; readonly set: PrivilegeSet }
  | { readonly kind: 'INVALID'; readonly problems: readonly PrivilegeProblem[] };

const maxRules = 256;
const maxEchoed = 100;

export function parsePrivilegeSet(texts: readonly string[]): PrivilegeSetAnswer {
  if (texts.length > maxRules) {
    return {
      kind: 'INVALID',
      problems: [{ index: maxRules, text: '', message: `there are more than ${maxRules} rules` }],
    };
  }
  const problems: PrivilegeProblem[] = [];
  const byText = new Map<string, Privilege>();
  texts.forEach((text, index) => {
    const answer = parsePrivilege(text);
    if (answer.kind === 'VALID') byText.set(answer.privilege.text, answer.privilege);
    else problems.push(privilegeProblem(index, text, answer.message));
  });
  return problems.length > 0 ? { kind: 'INVALID', problems } : { kind: 'VALID', set: privilegeSet(byText.values()) };
}

export function privilegeSet(privileges: Iterable<Privilege>): PrivilegeSet {
  const sorted = [...privileges].sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  const texts = sorted.map(({ text }) => text);
  return { privileges: sorted, texts, hash: createHash('sha256').update(texts.join('\n')).digest('hex') };
}

export function privilegeProblem(index: number, text: string, message: string): PrivilegeProblem {
  return { index, text: text.slice(0, maxEchoed), message };
}

/** One `PRIVILEGE_INVALID` for everything that is wrong with a list of rules. */
export function privilegeInvalid(problems: readonly PrivilegeProblem[]): GraphQLError {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const said = first === undefined ? 'is not valid' : `${JSON.stringify(first.text)} ${first.message}`;
  return codedError('PRIVILEGE_INVALID', `Privilege ${sentence(`${said}${more}`)}`, {
    problems: problems.slice(0, 20),
  });
}
