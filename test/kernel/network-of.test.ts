import { describe, expect, it } from 'vitest';
import { networkOf } from '../../src/kernel/network-of.ts';
import { createFailedAttempts } from '../../src/throttle/failed-attempts.ts';
import { testClock } from '../support/test-clock.ts';

describe('the network that an address is counted under', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:c000:0201', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::ffff:192.0.2.1', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['::192.0.2.1', '0:0:0:0::/64'],
    ['', ''],
    ['not an address', 'not an address'],
    ['a::b::c', 'a::b::c'],
  ])('%s: %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('failures of one IPv6 network', () => {
  it('count together, whichever of its addresses they come from, and ban them all', () => {
    const attempts = createFailedAttempts({ clock: testClock(), max: 300 });
    const kinds = Array.from(
      { length: 301 },
      (_, index) => attempts.failed(`2001:db8:0:7::${index.toString(16)}`).kind,
    );
    expect(kinds.slice(0, 300)).not.toContain('BANNED');
    expect(kinds.at(-1)).toBe('BANNED');
    expect(attempts.isBanned('2001:db8:0:7:ffff::1')).toBe(true);
    expect(attempts.isBanned('2001:db8:0:8::1')).toBe(false);
  });
});
