import fc from 'fast-check';
import { GraphQLObjectType, type GraphQLScalarType, GraphQLSchema, GraphQLString, graphql } from 'graphql';
import { describe, expect, test } from 'vitest';
import { dateTimeScalar } from '../../../src/apis/shared/scalars/date-time.ts';
import { durationScalar } from '../../../src/apis/shared/scalars/duration.ts';
import { jsonLimits, jsonScalar } from '../../../src/apis/shared/scalars/json.ts';

/** What a resolver gets for a value, given as a variable or as a literal of the document. */
async function received(scalar: GraphQLScalarType, given: { variable: unknown } | { literal: string }) {
  let value: unknown;
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({
      name: 'Query',
      fields: {
        take: {
          type: GraphQLString,
          args: { value: { type: scalar } },
          resolve: (_root, args: { value: unknown }) => {
            value = args.value;
            return '';
          },
        },
      },
    }),
  });
  const { errors } =
    'literal' in given
      ? await graphql({
          schema,
          source: `query ($v: JSON = 4) { take(value: ${given.literal}) }`.replace(
            given.literal.includes('$v') ? '' : '($v: JSON = 4)',
            '',
          ),
        })
      : await graphql({
          schema,
          source: `query ($value: ${scalar.name}) { take(value: $value) }`,
          variableValues: { value: given.variable },
        });
  return errors ? 'refused' : value;
}

async function both(scalar: GraphQLScalarType, value: string) {
  const answers = await Promise.all([
    received(scalar, { variable: value }),
    received(scalar, { literal: JSON.stringify(value) }),
  ]);
  expect(answers[0]).toEqual(answers[1]);
  return answers[0];
}

describe('DateTime keeps to RFC 3339 §5.6', () => {
  test.each([
    ['2026-01-31T00:00:00Z', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T23:59:59Z', '2026-01-31T23:59:59.000Z'],
    ['2026-01-31t23:59:59z', '2026-01-31T23:59:59.000Z'],
    ['2026-01-31T23:59:59.1Z', '2026-01-31T23:59:59.100Z'],
    ['2026-01-31T23:59:59.123456789012Z', '2026-01-31T23:59:59.123Z'],
    ['2026-01-31T12:00:00+23:59', '2026-01-30T12:01:00.000Z'],
    ['2026-01-31T12:00:00-23:59', '2026-02-01T11:59:00.000Z'],
    ['2026-01-31T12:00:00-00:00', '2026-01-31T12:00:00.000Z'],
    ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000Z'],
  ])('takes %s', async (text, expected) => {
    expect(new Date((await both(dateTimeScalar, text)) as number).toISOString()).toBe(expected);
  });

  test.each([
    ['hour 24', '2026-01-31T24:00:00Z'],
    ['hour 25', '2026-01-31T25:00:00Z'],
    ['minute 60', '2026-01-31T23:60:00Z'],
    ['a leap second, which has no number', '2016-12-31T23:59:60Z'],
    ['second 61', '2026-01-31T23:59:61Z'],
    ['an offset of hour 24', '2026-01-31T12:00:00+24:00'],
    ['an offset of hour 24, to the west', '2026-01-31T12:00:00-24:00'],
    ['an offset of minute 60', '2026-01-31T12:00:00+01:60'],
    ['an offset without a colon', '2026-01-31T12:00:00+0100'],
    ['no offset', '2026-01-31T12:00:00'],
    ['a point without digits', '2026-01-31T12:00:00.Z'],
    ['a comma', '2026-01-31T12:00:00,5Z'],
    ['a space', '2026-01-31 12:00:00Z'],
    ['no seconds', '2026-01-31T12:00Z'],
    ['day 30 of February', '2026-02-30T12:00:00Z'],
    ['29 February of a common year', '2026-02-29T12:00:00Z'],
    ['month 13', '2026-13-01T12:00:00Z'],
    ['month 0', '2026-00-01T12:00:00Z'],
    ['a year of five digits', '12026-01-01T12:00:00Z'],
    ['a sign', '+2026-01-01T12:00:00Z'],
    ['a date alone', '2026-01-31'],
    ['digits of another script', '２０２６-01-31T12:00:00Z'],
    ['what follows', '2026-01-31T12:00:00Z '],
  ])('refuses %s', async (_, text) => {
    expect(await both(dateTimeScalar, text)).toBe('refused');
  });
});

describe('DateTime', () => {
  test.each([
    ['2026-11-25T08:30:00Z', Date.UTC(2026, 10, 25, 8, 30)],
    ['2026-11-25t08:30:00.5z', Date.UTC(2026, 10, 25, 8, 30, 0, 500)],
    ['2026-11-25T08:30:00.123456789+02:00', Date.UTC(2026, 10, 25, 6, 30, 0, 123)],
    ['2024-02-29T00:00:00-00:00', Date.UTC(2024, 1, 29)],
    ['9999-12-31T23:59:59.999Z', Date.UTC(9999, 11, 31, 23, 59, 59, 999)],
  ])('takes %s', async (text, instant) => {
    expect(await both(dateTimeScalar, text)).toBe(instant);
  });

  test.each([
    '2026-11-25',
    '2026-11-25T08:30Z',
    '2026-11-25T08:30:00',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-25T25:00:00Z',
    '2026-11-25T08:60:00Z',
    '2026-11-25T08:30:00+99:99',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999-01:00',
    '+275760-09-13T00:00:00Z',
    ' 2026-11-25T08:30:00Z',
    '1764059400',
    '',
    '\u0000',
  ])('refuses %j', async (text) => {
    expect(await both(dateTimeScalar, text)).toBe('refused');
  });

  test.each([1764059400, null, true, [], {}, Number.POSITIVE_INFINITY])(
    'does not take %j for an instant',
    async (variable) => {
      expect(await received(dateTimeScalar, { variable })).toBe(variable === null ? null : 'refused');
    },
  );

  test('writes what it reads', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(9999, 11, 31) }), (instant) => {
        expect(dateTimeScalar.parseValue(dateTimeScalar.serialize(instant))).toBe(instant);
      }),
    );
  });
});

describe('Duration', () => {
  test.each([
    ['P90D', 90 * 86_400_000],
    ['PT24H', 86_400_000],
    ['PT0S', 0],
    ['PT0.5S', 500],
  ])('takes %s', async (text, milliseconds) => {
    expect(await both(durationScalar, text)).toBe(milliseconds);
  });

  test.each(['P1Y', 'P1M', 'P', 'PT', '-P1D', '24h', '', '86400'])('refuses %j', async (text) => {
    expect(await both(durationScalar, text)).toBe('refused');
  });

  test('writes what it reads', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * 86_400_000 }), (milliseconds) => {
        expect(durationScalar.parseValue(durationScalar.serialize(milliseconds))).toBe(milliseconds);
      }),
    );
  });
});

describe('JSON', () => {
  test('takes any JSON as a variable', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 3, noUnicodeString: true }), async (variable) => {
        fc.pre(!JSON.stringify(variable).includes('\\u0000') && JSON.stringify(variable).length < 10_000);
        expect(JSON.stringify(await received(jsonScalar, { variable }))).toBe(JSON.stringify(variable));
      }),
    );
  });

  test('takes literals, with variables inside', async () => {
    const value = await received(jsonScalar, { literal: '{ a: [1, -2.5, "x", true, null, WORD], b: { c: $v } }' });
    expect(JSON.parse(JSON.stringify(value))).toEqual({ a: [1, -2.5, 'x', true, null, 'WORD'], b: { c: 4 } });
  });

  test('keeps __proto__ a member like any other', async () => {
    const variable = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}');
    for (const value of [
      await received(jsonScalar, { variable }),
      await received(jsonScalar, { literal: '{ __proto__: { polluted: 1 }, constructor: 2 }' }),
    ]) {
      expect(Object.getPrototypeOf(value)).toBeNull();
      expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":1},"constructor":2}');
    }
    expect('polluted' in {}).toBe(false);
  });

  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  test.each([
    ['too deep', nested(jsonLimits.depth + 2)],
    ['far too deep', nested(3000)],
    ['too many values', JSON.stringify(Array(jsonLimits.values).fill(1))],
    ['too long', JSON.stringify('a'.repeat(jsonLimits.bytes))],
    ['a NUL', '"\\u0000"'],
    ['half a surrogate pair', '["\\ud800"]'],
    ['a NUL in a name', '{"\\u0000": 1}'],
    ['infinity', '1e309'],
  ])('refuses what is or has %s', async (_what, text) => {
    const isLiteral = !text.startsWith('{');
    expect(await received(jsonScalar, { variable: JSON.parse(text) })).toBe('refused');
    if (isLiteral) expect(await received(jsonScalar, { literal: text })).toBe('refused');
  });

  test('takes what is as deep as allowed', async () => {
    const text = nested(jsonLimits.depth + 1);
    expect(await received(jsonScalar, { literal: text })).toEqual(JSON.parse(text));
  });
});
