import { z } from 'zod';
import { parseDuration } from '../kernel/duration.ts';

/** Readers of single settings: text in, a typed value out, and a message that says what is expected. */

/** `min` … `max`, decimal digits only. */
export function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/, `a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.number().min(min, `a whole number from ${min} to ${max}`).max(max, `a whole number from ${min} to ${max}`));
}

/** `30s`, `24h`, `90d` or ISO 8601 (`P90D`), in milliseconds. */
export function duration(minMs: number, maxMs: number) {
  const expected = 'a duration such as 30s, 24h, 90d or P90D';
  return z.string().transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
    context.addIssue({
      code: 'custom',
      message: ms === undefined ? expected : `${expected}, from ${minMs / 1000} s to ${maxMs / 1000} s`,
    });
    return z.NEVER;
  });
}

/** Comma separated; empty parts are dropped. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

export const onOff = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['on', 'off'], 'on or off'))
  .transform((text) => text === 'on');

/** Only its beginning is looked at: whoever connects reads the rest, as libpq does. It may hold a password, never echoed. */
export const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'a URL that starts with postgres:// or postgresql://');
