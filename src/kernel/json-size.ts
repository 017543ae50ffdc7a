/** No JSON that anybody means nests deeper; a value that contains itself does. */
const deepest = 200;

/**
 * Bytes of a value as JSON in UTF-8 (ECMAScript `JSON.stringify`, RFC 8259), without making the text. Stops when it is
 * more than `most`, and answers something larger than that. Throws for what has no JSON: a BigInt, endless nesting.
 */
export function jsonSize(value: unknown, most: number): number {
  return sizeWithin(value, most, 0);
}

/**
 * Whether JSON has a value for it. It has none for a function, a symbol or an object whose `toJSON` gives none, which are
 * left out of an answer without a word, and for NaN and the infinities it writes null (ECMAScript `JSON.stringify`).
 */
export function isJsonValue(value: unknown): boolean {
  const shown = typeof value === 'object' && value !== null && hasJson(value) ? value.toJSON('') : value;
  if (typeof shown === 'number') return Number.isFinite(shown);
  return shown !== null && shown !== undefined && typeof shown !== 'function' && typeof shown !== 'symbol';
}

/** Bytes of a member of an object but for its value: quotes and colon; commas are not counted. */
export function memberSize(key: string | number): number {
  return String(key).length + 3;
}

function sizeWithin(value: unknown, most: number, depth: number): number {
  switch (typeof value) {
    case 'string':
      return textSize(value);
    case 'number':
      return Number.isFinite(value) ? String(value).length : 4;
    case 'boolean':
      return value ? 4 : 5;
    case 'bigint':
      throw new TypeError('A BigInt has no JSON');
    case 'object':
      if (value === null) return 4;
      if (depth > deepest) throw new TypeError('The value nests too deep for JSON');
      return hasJson(value) ? sizeWithin(value.toJSON(''), most, depth + 1) : sizeOfMembers(value, most, depth);
    default:
      // Within a list; as a member it is left out.
      return 4;
  }
}

function sizeOfMembers(value: object, most: number, depth: number): number {
  let size = 2;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) {
      if (members++ > 0) size++;
      size += sizeWithin(item, most - size, depth + 1);
      if (size > most) return size;
    }
    return size;
  }
  if (ArrayBuffer.isView(value)) return value.byteLength * 2;
  for (const name of Object.keys(value)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member === undefined || typeof member === 'function' || typeof member === 'symbol') continue;
    if (members++ > 0) size++;
    size += textSize(name) + 1 + sizeWithin(member, most - size, depth + 1);
    if (size > most) return size;
  }
  return size;
}

function hasJson(value: object): value is { toJSON(name: string): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

/** Longer texts are left to the runtime, which reads them faster than we can. */
const shortText = 64;

function textSize(text: string): number {
  if (text.length > shortText) return Buffer.byteLength(JSON.stringify(text));
  let size = 2;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x22 || code === 0x5c) size += 2;
    else if (code < 0x20) size += shortEscapes.has(code) ? 2 : 6;
    else if (code < 0x80) size += 1;
    else if (code < 0x800) size += 2;
    else if (code < 0xd800 || code > 0xdfff) size += 3;
    else if (code < 0xdc00 && isTrailing(text.charCodeAt(index + 1))) {
      size += 4;
      index++;
    } else size += 6;
  }
  return size;
}

/** `\\b`, `\\t`, `\\n`, `\\f`, `\\r`. */
const shortEscapes: ReadonlySet<number> = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d]);

function isTrailing(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
