import { formatArrayLiteral, parseArrayLiteral } from './array-literal.ts';

type Parse = (text: string) => unknown;
type Serialize = (value: unknown) => string;

interface ValueType {
  /** Object identifiers of the type and of its array, fixed by PostgreSQL's catalogue. */
  readonly oid: number;
  readonly arrayOid: number;
  readonly parse: Parse;
  readonly serialize: Serialize;
}

const asText: Parse = (text) => text;
const parseJson: Parse = (text) => JSON.parse(text);
const parseBoolean: Parse = (text) => text === 't';

/**
 * How values come out and go in, for both engines: `timestamptz` as milliseconds since the epoch, `int8` as a number,
 * `bytea` as a Buffer, JSON as its value, `date`, `timestamp` and `numeric` as their text, and arrays of all of them.
 * Times go in as numbers, Dates or text; JSON as its value, or as text that is JSON already.
 */
const valueTypes: readonly ValueType[] = [
  { oid: 16, arrayOid: 1000, parse: parseBoolean, serialize: (value) => (value === 'f' || !value ? 'f' : 't') }, // bool
  { oid: 17, arrayOid: 1001, parse: parseBytes, serialize: serializeBytes }, // bytea
  { oid: 20, arrayOid: 1016, parse: parseInt8, serialize: String }, // int8
  { oid: 21, arrayOid: 1005, parse: Number, serialize: String }, // int2
  { oid: 23, arrayOid: 1007, parse: Number, serialize: String }, // int4
  { oid: 25, arrayOid: 1009, parse: asText, serialize: String }, // text
  { oid: 700, arrayOid: 1021, parse: Number, serialize: String }, // float4
  { oid: 701, arrayOid: 1022, parse: Number, serialize: String }, // float8
  { oid: 1700, arrayOid: 1231, parse: asText, serialize: String }, // numeric
  { oid: 2950, arrayOid: 2951, parse: asText, serialize: String }, // uuid
  { oid: 114, arrayOid: 199, parse: parseJson, serialize: serializeJson }, // json
  { oid: 3802, arrayOid: 3807, parse: parseJson, serialize: serializeJson }, // jsonb
  { oid: 1082, arrayOid: 1182, parse: asText, serialize: serializeTime }, // date
  { oid: 1114, arrayOid: 1115, parse: asText, serialize: serializeTime }, // timestamp
  { oid: 1184, arrayOid: 1185, parse: parseInstant, serialize: serializeTime }, // timestamptz
];

export const typeParsers: Readonly<Record<number, Parse>> = Object.fromEntries(
  valueTypes.flatMap(({ oid, arrayOid, parse }) => [
    [oid, parse],
    [arrayOid, (text: string) => parseArrayLiteral(text, parse)],
  ]),
);

export const typeSerializers: Readonly<Record<number, Serialize>> = Object.fromEntries(
  valueTypes.flatMap(({ oid, arrayOid, serialize }) => [
    [oid, serialize],
    // drizzle writes the text of an array column itself.
    [arrayOid, (value: unknown) => (Array.isArray(value) ? formatArrayLiteral(value, serialize) : String(value))],
  ]),
);

/** `\\x…`, two digits a byte: what else looks like bytes would be read as others (manual §8.4). */
function parseBytes(text: string): Buffer {
  if (!text.startsWith('\\x')) notRead('a text of bytes');
  return Buffer.from(text.slice(2), 'hex');
}

/** ISO with an offset, as `DateStyle` asks for: of `05/03/2027` nobody knows the month, and JavaScript reads it all the same. */
const instant = /^(\d{4,6}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d)(:\d\d)?$/;

function parseInstant(text: string): number {
  const [, date = '', time = '', hours = '', minutes = ':00'] = instant.exec(text) ?? notRead('a time');
  const milliseconds = Date.parse(
    `${date.length > 10 ? `+${date.padStart(12, '0')}` : date}T${time}${hours}${minutes}`,
  );
  return Number.isNaN(milliseconds) ? notRead('a time') : milliseconds;
}

function notRead(what: string): never {
  throw new RangeError(`${what} of the database cannot be read`);
}

function serializeBytes(value: unknown): string {
  return `\\x${Buffer.from(value as Uint8Array).toString('hex')}`;
}

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('a bigint of the database is too large for a number');
  return value;
}

function serializeJson(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function serializeTime(value: unknown): string {
  if (typeof value === 'string') return value;
  // An invalid one throws here, and never reaches a statement.
  return (typeof value === 'number' ? new Date(value) : (value as Date)).toISOString();
}
