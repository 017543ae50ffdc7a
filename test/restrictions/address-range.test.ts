import { describe, expect, it } from 'vitest';
import { addressBytes } from '../../src/kernel/address-bytes.ts';
import { parseAddressRange, rangeContains, rangeCovers } from '../../src/restrictions/address-range.ts';

function contains(range: string, address: string): boolean {
  const parsed = parseAddressRange(range);
  const bytes = addressBytes(address);
  if (!parsed || !bytes) throw new Error(`not an address: ${range} ${address}`);
  return rangeContains(parsed, bytes);
}

describe('a range of addresses', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['192.0.2.6/31', '192.0.2.7', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '203.0.113.9', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['2001:db8::7', '2001:0DB8:0:0:0:0:0:7', true],
    ['2001:db8:0:8000::/49', '2001:db8:0:7fff::', false],
    ['192.0.2.7', '::ffff:192.0.2.7', true],
    ['192.0.2.7', '::ffff:c000:207', true],
    ['::ffff:192.0.2.0/120', '192.0.2.9', true],
    ['::ffff:192.0.2.0/120', '192.0.3.9', false],
    ['64:ff9b::192.0.2.7', '64:ff9b::c000:207', true],
  ])('%s contains %s: %s', (range, address, expected) => {
    expect(contains(range, address)).toBe(expected);
  });

  it.each([
    '',
    ' 192.0.2.7',
    '192.0.2.7 ',
    '192.0.2',
    '192.0.2.256',
    '192.0.02.7',
    '0xc0000207',
    '3221225991',
    '192.0.2.7/24',
    '192.0.2.0/33',
    '192.0.2.0/-1',
    '192.0.2.0/024',
    '192.0.2.0/',
    '192.0.2.0/24/24',
    '192.0.2.*',
    'localhost',
    'fe80::1%eth0',
    '[2001:db8::7]',
    '2001:db8::7::',
    '2001:db8::1/64',
    '2001:db8::/129',
    '::ffff:192.0.2.0/95',
    '192.0.2.7\n',
  ])('is not %j', (text) => {
    expect(parseAddressRange(text)).toBeUndefined();
  });

  it('covers what is within it', () => {
    const covers = (outer: string, inner: string) => {
      const [a, b] = [parseAddressRange(outer), parseAddressRange(inner)];
      return a && b && rangeCovers(a, b);
    };
    expect(covers('192.0.2.0/24', '192.0.2.128/25')).toBe(true);
    expect(covers('192.0.2.128/25', '192.0.2.0/24')).toBe(false);
    expect(covers('::/0', '0.0.0.0/0')).toBe(false);
  });
});
