import { GraphQLScalarType, Kind } from 'graphql';
import { codedError } from '../../../kernel/errors.ts';

/** Hours end at 23, also those of an offset (RFC 3339 §5.6). A leap second has no number of milliseconds of its own. */
const isoPattern =
  /^(\d{4}-\d{2}-\d{2})[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d+)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Years 0001 to 9999, which every database column and every client can hold. */
const earliest = Date.parse('0001-01-01T00:00:00.000Z');
const latest = Date.parse('9999-12-31T23:59:59.999Z');

/** RFC 3339 `date-time` to milliseconds since the epoch (finer fractions are cut off), or `undefined`. */
export function parseDateTime(text: string): number | undefined {
  const [, date, time, fraction = '', offset] = isoPattern.exec(text) ?? [];
  if (date === undefined || time === undefined || offset === undefined) return undefined;
  // Date.parse takes 30 February for 1 March: the calendar date must come back as it was written.
  const midnight = Date.parse(`${date}T00:00:00.000Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(date)) return undefined;
  const instant = Date.parse(`${date}T${time}${fraction.slice(0, 4)}${offset.toUpperCase()}`);
  return instant >= earliest && instant <= latest ? instant : undefined;
}

export const dateTimeScalar = new GraphQLScalarType<number, string>({
  name: 'DateTime',
  description: 'A point in time, as RFC 3339 writes it: `2026-11-25T08:30:00.000Z`.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (value) => {
    if (typeof value !== 'number') throw new TypeError('DateTime: milliseconds since the epoch expected');
    return new Date(value).toISOString();
  },
  parseValue: (value) => {
    const instant = typeof value === 'string' ? parseDateTime(value) : undefined;
    if (instant === undefined) throw notADateTime();
    return instant;
  },
  parseLiteral: (node) => {
    const instant = node.kind === Kind.STRING ? parseDateTime(node.value) : undefined;
    if (instant === undefined) throw notADateTime();
    return instant;
  },
});

function notADateTime() {
  return codedError(
    'BAD_USER_INPUT',
    'DateTime must be an RFC 3339 date and time with an offset, 2026-11-25T08:30:00Z.',
  );
}
