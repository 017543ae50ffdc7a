import { describe, expect, it } from 'vitest';
import { typeParsers, typeSerializers } from '../../src/db/value-types.ts';

const [bytea, timestamptz, timestamptzArray] = [17, 1184, 1185];
const parse = (oid: number, text: string): unknown => typeParsers[oid]?.(text);

describe('times of the database', () => {
  it.each([
    ['2027-03-05 06:07:08.009+00', Date.UTC(2027, 2, 5, 6, 7, 8, 9)],
    ['2027-03-05 06:07:08+05:45', Date.UTC(2027, 2, 5, 0, 22, 8)],
    ['2027-03-05 06:07:08.009999-08', Date.UTC(2027, 2, 5, 14, 7, 8, 9)],
    ['12027-03-05 06:07:08+00', Date.UTC(12027, 2, 5, 6, 7, 8)],
  ])('%s is read', (text, at) => {
    expect(parse(timestamptz, text)).toBe(at);
  });

  it.each([
    // As DateStyle may have it: SQL, German and Postgres, each day first or month first.
    '05/03/2027 06:07:08 UTC',
    '03/05/2027 06:07:08.009 UTC',
    '05.03.2027 06:07:08 UTC',
    'Fri 05 Mar 06:07:08 2027 UTC',
    'Fri Mar 05 06:07:08 2027 UTC',
    // Times that no number of milliseconds says.
    'infinity',
    '-infinity',
    '0044-03-15 06:07:08+00 BC',
    '2027-03-05 06:07:08',
    '2027-13-05 06:07:08+00',
    '',
  ])('%s is refused rather than taken for another', (text) => {
    expect(() => parse(timestamptz, text)).toThrow(RangeError);
    expect(() => parse(timestamptzArray, `{"${text}"}`)).toThrow(RangeError);
  });

  it('that are invalid never go in', () => {
    expect(() => typeSerializers[timestamptz]?.(new Date(Number.NaN))).toThrow(RangeError);
    expect(() => typeSerializers[timestamptz]?.(Number.NaN)).toThrow(RangeError);
  });
});

describe('bytes of the database', () => {
  it('are read from hex', () => {
    expect(parse(bytea, '\\x00ff')).toEqual(Buffer.from([0, 255]));
    expect(parse(bytea, '\\x')).toEqual(Buffer.alloc(0));
  });

  it('in another form are refused rather than taken for others', () => {
    expect(() => parse(bytea, 'abcd')).toThrow(RangeError);
    expect(() => parse(bytea, '\\000\\377')).toThrow(RangeError);
  });
});
