import { isPlainObject } from './is-plain-object.ts';

/** A string of the heap: its characters, two bytes each at most, and its header. */
export function textBytes(text: string): number {
  return 2 * text.length + 24;
}

const objectBytes = 24;
const slotBytes = 8;
/** A property of an object that is read as a dictionary: its name, its value, and room for more of them. */
const propertyBytes = 3 * slotBytes;
const entryBytes = 5 * slotBytes;
/** A number that is no small integer has a box of its own; so has a date. */
const boxBytes = 32;

/**
 * Bytes of the heap that plain data hold: objects, lists, maps, sets, texts and byte arrays, each once however often it
 * is named. An estimate from above. What has a class of its own weighs `instanceBytes` and is not looked into: it is
 * shared, or says in its place what it weighs. Takes time in proportion to the data, and no stack.
 */
export function heapBytes(value: unknown, instanceBytes = 64): number {
  const seen = new Set<object>();
  const pending: unknown[] = [value];
  let bytes = 0;
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'string') bytes += textBytes(next);
    else if (typeof next === 'number' || typeof next === 'bigint') bytes += boxBytes;
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (Array.isArray(next)) {
      bytes += objectBytes + 16 + slotBytes * next.length;
      for (const item of next) pending.push(item);
    } else if (next instanceof Map) {
      bytes += 4 * objectBytes + entryBytes * next.size;
      for (const [key, item] of next) pending.push(key, item);
    } else if (next instanceof Set) {
      bytes += 4 * objectBytes + entryBytes * next.size;
      for (const item of next) pending.push(item);
    } else if (ArrayBuffer.isView(next)) {
      bytes += 4 * objectBytes + next.byteLength;
    } else if (isPlainObject(next)) {
      const values = Object.values(next);
      bytes += objectBytes + propertyBytes * values.length;
      for (const item of values) pending.push(item);
    } else bytes += instanceBytes;
  }
  return bytes;
}
