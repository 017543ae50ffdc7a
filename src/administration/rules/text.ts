import { codedError } from '../../kernel/errors.ts';
import { sentence } from '../../kernel/sentence.ts';

const loneSurrogate = /\p{Surrogate}/u;

/** Lengths in UTF-16 code units. */
export const textLimits = {
  name: 200,
  note: 2000,
  externalId: 200,
  email: 254,
  reason: 500,
  idempotencyKey: 200,
} as const;

/** Text that the database can hold (no NUL, no half of a surrogate pair), not blank and not too long, or BAD_USER_INPUT. */
export function requireText(field: string, text: string, max: number): string {
  if (text.trim() === '') throw badInput(field, 'must not be blank');
  if (text.length > max) throw badInput(field, `must have at most ${max} characters`);
  if (text.includes('\u0000')) throw badInput(field, 'must not contain NUL characters');
  if (loneSurrogate.test(text)) throw badInput(field, 'must not contain halves of surrogate pairs');
  return text;
}

/** Also absent (`undefined`: keep) or null (clear). */
export function optionalText<Nothing extends null | undefined>(
  field: string,
  text: string | Nothing,
  max: number,
): string | Nothing {
  return typeof text === 'string' ? requireText(field, text, max) : text;
}

/** Enough to catch a mistake; whether the address exists only a letter can tell. */
export function requireEmail(field: string, text: string): string {
  requireText(field, text, textLimits.email);
  if (!/^[^\s@]+@[^\s@]+$/.test(text)) throw badInput(field, 'must be an e-mail address, such as ada@example.com');
  return text;
}

export function badInput(field: string, problem: string) {
  return codedError('BAD_USER_INPUT', sentence(`"${field}" ${problem}`), { argument: ['input', field] });
}
