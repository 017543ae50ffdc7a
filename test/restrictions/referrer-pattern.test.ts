import { describe, expect, it } from 'vitest';
import { parseReferrerPattern, referrerCovers, referrerMatches } from '../../src/restrictions/referrer-pattern.ts';

function matches(text: string, origin: string | null, referer: string | null = null): boolean {
  const pattern = parseReferrerPattern(text);
  if (!pattern) throw new Error(`not a pattern: ${text}`);
  return referrerMatches(pattern, { origin, referer });
}

describe('a referrer pattern', () => {
  it.each([
    ['https://app.example.com', 'https://app.example.com'],
    ['app.example.com', 'https://app.example.com'],
    ['app.example.com/', 'https://app.example.com'],
    ['app.example.com/*', 'https://app.example.com'],
    ['app.example.com:443', 'https://app.example.com'],
    ['*.example.com', 'https://a.example.com'],
    ['*.example.com', 'https://a.b.example.com'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['xn--bcher-kva.example', 'https://xn--bcher-kva.example'],
  ])('%s lets %s in', (pattern, origin) => {
    expect(matches(pattern, origin)).toBe(true);
  });

  it.each([
    ['nothing', null],
    ['an empty origin', ''],
    ['an opaque origin', 'null'],
    ['plain HTTP', 'http://app.example.com'],
    ['another port', 'https://app.example.com:8443'],
    ['the parent', 'https://example.com'],
    ['a child', 'https://x.app.example.com'],
    ['the name as a suffix', 'https://evilapp.example.com'],
    ['the name as a prefix', 'https://app.example.com.evil.example'],
    ['the name as a user', 'https://app.example.com@evil.example'],
    ['a user before the name', 'https://user@app.example.com'],
    ['the name as a path', 'https://evil.example/app.example.com'],
    ['the name after a fragment', 'https://evil.example#app.example.com'],
    ['a path after an origin', 'https://app.example.com/'],
    ['upper case, which no browser sends', 'https://APP.example.com'],
    ['an explicit default port', 'https://app.example.com:443'],
    ['a name with a last dot', 'https://app.example.com.'],
    ['a homograph', 'https://app.exаmple.com'],
    ['an encoded dot', 'https://app%2eexample.com'],
    ['a backslash', 'https://app.example.com\\evil.example'],
    ['two origins', 'https://app.example.com, https://evil.example'],
    ['an extension', 'chrome-extension://app.example.com'],
    ['a file', 'file:///app.example.com'],
    ['a script', 'javascript:https://app.example.com'],
    ['no scheme', 'app.example.com'],
  ])('keeps %s out', (_, origin) => {
    expect(matches('https://app.example.com', origin)).toBe(false);
  });

  it.each([
    ['the name itself', 'https://example.com'],
    ['a name that only ends alike', 'https://notexample.com'],
    ['the name further left', 'https://a.example.com.evil.example'],
    ['an empty label', 'https://.example.com'],
  ])('with a wildcard keeps %s out', (_, origin) => {
    expect(matches('*.example.com', origin)).toBe(false);
  });

  it('believes Referer only without Origin', () => {
    expect(matches('app.example.com', null, 'https://app.example.com/any?x=1')).toBe(true);
    expect(matches('app.example.com', null, 'HTTPS://APP.example.com/')).toBe(true);
    expect(matches('app.example.com', 'https://evil.example', 'https://app.example.com/')).toBe(false);
    expect(matches('app.example.com', 'null', 'https://app.example.com/')).toBe(false);
    expect(matches('app.example.com', null, 'https://user:pw@app.example.com/')).toBe(false);
  });

  it.each([
    ['https://app.example.com/map', true],
    ['https://app.example.com/map/a?b=c', true],
    ['https://app.example.com/map/../map/x', true],
    ['https://app.example.com/mapping', false],
    ['https://app.example.com/', false],
    ['https://app.example.com/map/../admin', false],
    ['https://app.example.com/map/%2e%2e/admin', false],
    ['https://app.example.com/?/map', false],
    ['https://other.example.com/map', false],
    [null, false],
  ])('with a path takes %s from the Referer: %s', (referer, expected) => {
    expect(matches('https://app.example.com/map/*', 'https://app.example.com', referer)).toBe(expected);
  });

  it.each([
    '',
    '*',
    'https://*',
    '*.com',
    '*.127.0.0.1',
    '*example.com',
    'a.*.example.com',
    'app.*',
    '*.*.example.com',
    'App.example.com',
    'exаmple.com',
    'example.com.',
    '.example.com',
    'example..com',
    '-a.example.com',
    'example.com:*',
    'example.com:0',
    'example.com:65536',
    'example.com*',
    'example.com/a*',
    'example.com/*/b',
    'example.com/a/../b',
    'example.com/a?b',
    'example.com/a#b',
    'user@example.com',
    'ftp://example.com',
    '//example.com',
    '127.1',
    '[::1]',
    ' example.com',
    'example.com\n',
    `${'a'.repeat(64)}.example.com`,
    `example.com/${'a'.repeat(600)}`,
  ])('is not %j', (text) => {
    expect(parseReferrerPattern(text)).toBeUndefined();
  });

  it.each([
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', '*.a.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', '*.example.com', true],
    ['a.example.com', '*.example.com', false],
    ['a.example.com', 'http://a.example.com', false],
    ['a.example.com/x', 'a.example.com/x/y', true],
    ['a.example.com/x', 'a.example.com', false],
  ])('%s covers %s: %s', (outer, inner, expected) => {
    const [a, b] = [parseReferrerPattern(outer), parseReferrerPattern(inner)];
    expect(a && b && referrerCovers(a, b)).toBe(expected);
  });
});
