import { isPlainObject } from './is-plain-object.ts';

/** A value of JSON with each text in it, names of members too, as `redact` leaves it; the same object when all stay. */
export function redactTexts<Value>(value: Value, redact: (text: string) => string): Value;
export function redactTexts(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => redactTexts(item, redact));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  // Dates and other instances are no JSON: they stay what they are.
  if (!isPlainObject(value)) return value;
  const members = Object.entries(value);
  const redacted = members.map(([name, member]) => [redact(name), redactTexts(member, redact)] as const);
  const isSame = redacted.every(
    ([name, member], index) => name === members[index]?.[0] && member === members[index]?.[1],
  );
  if (isSame) return value;
  return Object.assign(Object.create(null), Object.fromEntries(redacted));
}
