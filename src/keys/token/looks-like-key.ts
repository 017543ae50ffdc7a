import { decodeFully } from './decode-fully.ts';
import { shortestRest } from './foreign-token.ts';

/**
 * Finds text that has the shape of one of our keys, whether or not it is one: for scanners. `prefix` is a valid key prefix,
 * so it needs no escaping.
 */
export function keyShape(prefix: string, flags = ''): RegExp {
  return new RegExp(`\\b${exactBody(prefix)}\\b`, flags);
}

/** Stands where a key's text stood; a GraphQL name too, so that a document stays one. */
export const redactedKey = 'redacted_key';

/** What the keys of a server look like, and how a text is kept free of them. */
export interface KeyShapes {
  /**
   * The first thing of a key's shape in a text, as it stands there, however often percent-encoded, or broken by what nobody
   * sees: for what must not carry a key at all. Word boundaries do not count, so that it is found in `?x_<key>_y` too, nor does case: who changed it can
   * change it back.
   */
  find(text: string): string | undefined;
  /** The text without such things, also of a key whose end is cut off: for what is kept, logged or repeated. */
  redact(text: string): string;
}

/**
 * Our keys and child tokens of this prefix, and keys of other formats that begin with an import prefix. What follows the prefix
 * of one of ours is a shape of its own: with one letter less in front, as with one less at the end, it is as good as whole.
 */
export function keyShapes(prefix: string, importPrefixes: readonly string[] = []): KeyShapes {
  const others = [childBody(prefix), ...importPrefixes.map(foreignBody)];
  const whole = `(?:${prefix})?${wholeSecret}`;
  const plain = new RegExp([whole, ...others].join('|'), 'i');
  const within = new RegExp([bareBody(prefix), `${wholeSecret}[0-9A-Za-z]*`, ...others].join('|'), 'gi');
  const decoded = new RegExp(
    [whole, withoutFirst(childBody(prefix)), ...importPrefixes.map(decodedForeignBody)].join('|'),
    'i',
  );
  const encoded = (text: string) => (text.includes('%') ? decoded.exec(decodeFully(text))?.[0] : undefined);
  const found = (text: string) => plain.exec(text)?.[0] ?? encoded(text);
  return {
    find(text) {
      const joined = text.replace(unseen, '');
      return found(text) ?? (joined === text ? undefined : found(joined));
    },
    redact(text) {
      const rest = text.replace(within, redactedKey);
      const joined = text.replace(unseen, '');
      // More of it is a key when nothing stands between its parts.
      const isBroken = joined !== text && joined.replace(within, redactedKey) !== rest.replace(unseen, '');
      return isBroken || encoded(rest.replace(unseen, '')) !== undefined ? redactedKey : rest;
    },
  };
}

/**
 * What nobody sees (control and format characters), with the spaces behind it: a mail client breaks a long line so, and a key
 * that is copied from it is one again without.
 */
const unseen = /[\p{Cc}\p{Cf}\u2028\u2029]+\s*/gu;

/** True when a text contains something of a key's shape, as `KeyShapes.find` has it. */
export function looksLikeKey(text: string, prefix: string, importPrefixes: readonly string[] = []): boolean {
  return keyShapes(prefix, importPrefixes).find(text) !== undefined;
}

function exactBody(prefix: string): string {
  return `${prefix}_(?:live|test)_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}`;
}

/** What stands behind the prefix, with the secret and as much of the checksum as there is: who has the rest can compute it. */
const wholeSecret = '_(?:live|test)_[0-9A-Za-z]{12}_[0-9A-Za-z]{32,38}';

/** With as much of the secret as there is. */
function bareBody(prefix: string): string {
  return `${prefix}_(?:live|test)_[0-9A-Za-z]{12}_[0-9A-Za-z]+`;
}

function childBody(prefix: string): string {
  return `${prefix}_child_[0-9A-Za-z_-]+`;
}

/**
 * What may follow an import prefix. Words joined by `_`, `-` or `.` may be as long (`key_figures_of_the_department`), so that
 * something must be there that no word is: as many letters and digits in a row as a secret needs, or eight of which some are
 * letters and some digits. It is looked for where a secret begins, so that the time does not grow with what comes after.
 */
const foreignRest = `(?=[0-9A-Za-z._-]{0,40}?(?:[0-9A-Za-z]{${shortestRest}}|(?=[0-9A-Za-z]{8})(?:[0-9]+[A-Za-z]|[A-Za-z]+[0-9])))[0-9A-Za-z._-]{${shortestRest},}`;

/** Not in the middle of a word: `sk_` is no prefix in `task_`. What JSON or a URL escapes, as `\n` or `%80`, ends a word. */
const wordBegins = String.raw`(?:(?<![0-9A-Za-z])|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2}))`;

function foreignBody(prefix: string): string {
  return wordBegins + escaped(prefix) + foreignRest;
}

function decodedForeignBody(prefix: string): string {
  const [first = '', rest] = [prefix[0], escaped(prefix.slice(1)) + foreignRest];
  if (!/[a-f]/i.test(first)) return foreignBody(prefix);
  // The letter as the second digit of an escape: `%5c` and then the rest.
  const eaten = [0, 1, 2, 3, 4, 5, 6, 7].map((digit) => `\\x${digit}${first}`).join('');
  return `(?:${wordBegins}${first}|[${eaten}])${rest}`;
}

function escaped(prefix: string): string {
  return prefix.replaceAll('.', '\\.');
}

/**
 * In `%5%66ieldpass…` the first letter, once it is decoded, is read as a digit of the escape before it. Only a first letter
 * can be: what comes after another letter of a key is no escape.
 */
function withoutFirst(body: string): string {
  return /^[a-f]/i.test(body) ? body.replace(/^./, '$&?') : body;
}
