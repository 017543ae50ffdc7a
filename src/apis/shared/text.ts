import { z } from 'zod';

const loneSurrogate = /\p{Surrogate}/u;

/**
 * True for text that PostgreSQL can hold: no NUL (SQLSTATE 22021) and no half of a surrogate pair (not UTF-8). GraphQL's
 * String accepts both.
 */
export function isStorableText(text: string): boolean {
  return !text.includes('\u0000') && !loneSurrogate.test(text);
}

/** Validates text to store or to compare with; `min` 0 allows the empty text. Length in UTF-16 code units. */
export function storableText({ min = 0, max }: { readonly min?: number; readonly max: number }) {
  return z
    .string()
    .min(min)
    .max(max)
    .refine(isStorableText, 'must contain neither NUL characters nor halves of surrogate pairs');
}

/**
 * Validates a list with a bound. The bound is looked at before the items are: a list that is far too long is refused
 * before it can take time.
 */
export function boundedList<Item extends z.ZodType>(item: Item, { max }: { readonly max: number }) {
  return z
    .custom<z.input<Item>[]>(
      (list) => Array.isArray(list) && list.length <= max,
      `Too big: expected array to have <=${max} items`,
    )
    .pipe(z.array(item));
}
