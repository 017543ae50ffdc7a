import type { Verb } from '../../plan/verb.ts';

/** One rule of a key. `*` in a segment matches every name there, and never a part of one. */
export interface Privilege {
  /** It takes away instead of giving. */
  readonly denies: boolean;
  readonly verb: Verb | '*';
  readonly type: string;
  readonly field: string;
  /** Written as `*` alone: for management keys and `grantable` it matches explicit fields too. */
  readonly isLoneStar: boolean;
  /** The one text of this rule: `read:City` for `read:City.*`, `*:*` for `*:*.*`. */
  readonly text: string;
}

export type PrivilegeAnswer =
  | { readonly kind: 'VALID'; readonly privilege: Privilege }
  | { readonly kind: 'INVALID'; readonly message: string };

const maxLength = 200;
const name = '(?:[A-Za-z_][0-9A-Za-z_]*|\\*)';
const pattern = new RegExp(`^(!)?(read|write|update|\\*):(${name})(?:\\.(${name}))?$`);

/**
 * `["!"] verb ":" type ["." field]`, verb `read | write | update | *`, type and field an exact GraphQL name or a whole
 * `*`; `*` alone is everything. Case-sensitive, ASCII, no blanks, no parts of names.
 */
export function parsePrivilege(text: string): PrivilegeAnswer {
  if (text.length > maxLength) return invalid(`is longer than ${maxLength} characters`);
  if (text === '*') {
    return valid({ denies: false, verb: '*', type: '*', field: '*', isLoneStar: true, text });
  }
  const match = pattern.exec(text);
  if (match === null) return invalid('is not of the form verb:Type.field, with read, write, update or * as its verb');
  const [, denial = '', verb = '', type = '', field = '*'] = match;
  if (type.startsWith('__') || field.startsWith('__')) {
    return invalid('names something that begins with __, which is free and belongs to introspection');
  }
  return valid({
    denies: denial === '!',
    verb: verb as Verb | '*',
    type,
    field,
    isLoneStar: false,
    text: `${denial}${verb}:${type}${field === '*' ? '' : `.${field}`}`,
  });
}

function valid(privilege: Privilege): PrivilegeAnswer {
  return { kind: 'VALID', privilege };
}

function invalid(message: string): PrivilegeAnswer {
  return { kind: 'INVALID', message };
}
