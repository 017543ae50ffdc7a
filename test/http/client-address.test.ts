import { describe, expect, it } from 'vitest';
import { clientAddress, plainAddress, trustedProxies } from '../../src/http/client-address.ts';

const proxies = trustedProxies(['10.0.0.0/8', '2001:db8::/32']);

describe('the client address', () => {
  it.each([
    ['no proxy is trusted by default', [], '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['one hop', ['1'], '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['what the client wrote itself is never read', ['1'], '10.0.0.1', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
    ['two hops', ['2'], '10.0.0.1', '1.2.3.4, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['more hops than entries', ['5'], '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['no header behind a trusted proxy', ['1'], '10.0.0.1', null, '10.0.0.1'],
  ])('%s', (_, setting, peer, forwarded, expected) => {
    expect(clientAddress(peer, forwarded, trustedProxies(setting))).toBe(expected);
  });

  it('walks from the right past trusted ranges and stops at the first other address', () => {
    expect(clientAddress('10.1.1.1', '6.6.6.6, 198.51.100.7, 10.2.2.2', proxies)).toBe('198.51.100.7');
  });

  it('ignores the header of a peer that is no proxy of ours', () => {
    expect(clientAddress('203.0.113.5', '127.0.0.1', proxies)).toBe('203.0.113.5');
  });

  it('stops at an entry that is no address', () => {
    expect(clientAddress('10.1.1.1', '1.2.3.4, unknown, 10.2.2.2', proxies)).toBe('10.2.2.2');
  });

  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['[2001:DB8::1]:443', '2001:db8::1'],
    ['192.0.2.1:8080', '192.0.2.1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['010.1.1.1', undefined],
    ['127.1', undefined],
    ['', undefined],
    ['999.1.1.1', undefined],
    ['<script>', undefined],
  ])('reads %s as %s', (text, expected) => {
    expect(plainAddress(text)).toBe(expected);
  });

  it('trusts an IPv4 proxy that connects over IPv6', () => {
    expect(clientAddress('::ffff:10.0.0.1', '198.51.100.1', proxies)).toBe('198.51.100.1');
  });
});
