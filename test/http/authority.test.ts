import { describe, expect, it } from 'vitest';
import { isOwnName, ownNames, readAuthority } from '../../src/http/authority.ts';

describe('an authority (RFC 9110 §7.2, RFC 3986 §3.2.2)', () => {
  it.each([
    ['example.com', 'example.com', false],
    ['EXAMPLE.com:8080', 'example.com', false],
    ['example.com.', 'example.com.', false],
    ['example.com:', 'example.com', false],
    ['a_b.c', 'a_b.c', false],
    ['%6cocalhost', '%6cocalhost', false],
    ['a,b', 'a,b', false],
    ['127.0.0.1:4000', '127.0.0.1', true],
    ['0x7f.1', '0x7f.1', false],
    ['2130706433', '2130706433', false],
    ['[::1]', '::1', true],
    ['[::FFFF:127.0.0.1]:1', '::ffff:127.0.0.1', true],
    ['[v1.a:b]', 'v1.a:b', false],
    ['', '', false],
    [':80', '', false],
    ['a:00080', 'a', false],
  ])('%s names %s', (text, host, isAddress) => {
    expect(readAuthority(text)).toEqual({ host, isAddress });
  });

  it.each([
    'x/health/live?',
    'x?',
    'x#y',
    'a b',
    'a\\b',
    'user@example.com',
    'user:pass@example.com',
    'a:b',
    'a:-1',
    'a:65536',
    'a:1:2',
    ':abc',
    '::1',
    '[::1',
    '::1]',
    '[::1]x',
    '[::1]]',
    '[]',
    '[fe80::1%25eth0]',
    '[localhost]',
    '%zz',
    '%',
    'ä.example',
    'a\u0000',
    'http://a',
    '"a"',
    '<a>',
  ])('%j is none', (text) => {
    expect(readAuthority(text)).toBeUndefined();
  });
});

it('is one of the server’s own: an address, localhost, or a name that was given', () => {
  const names = ownNames(['Admin.Example.com', '0.0.0.0']);
  const own = (text: string) => isOwnName(readAuthority(text), names);
  for (const text of [
    '127.0.0.1',
    '10.0.0.1:99',
    '[::1]:4000',
    'localhost',
    'LOCALHOST:80',
    'localhost.',
    'admin.example.com',
    'ADMIN.example.com.:1',
  ])
    expect([text, own(text)]).toEqual([text, true]);
  for (const text of [
    'evil.example',
    'localhost.evil.example',
    'x.localhost',
    '127.0.0.1.nip.io',
    'admin.example.com.evil',
    '',
    ':80',
    '%6cocalhost',
    '0x7f.1',
  ])
    expect([text, own(text)]).toEqual([text, false]);
  expect(isOwnName(undefined, names)).toBe(false);
});
