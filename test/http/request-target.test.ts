import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asUrlText, partsOfUrl, readTarget } from '../../src/http/request-target.ts';

const read = (target: string, hosts: readonly string[] = ['a.example'], httpVersion = '1.1') =>
  readTarget({ target, hosts, httpVersion });

describe('a request target', () => {
  it.each([
    ['/graphql', '/graphql', ''],
    ['/graphql?a=b?c', '/graphql', '?a=b?c'],
    ['/graphql/', '/graphql/', ''],
    ['//graphql', '//graphql', ''],
    ['//evil/graphql', '//evil/graphql', ''],
    ['/public/../admin/graphql', '/public/../admin/graphql', ''],
    ['/public/%2e%2e/admin/graphql', '/public/%2e%2e/admin/graphql', ''],
    ['/public\\..\\admin\\graphql', '/public\\..\\admin\\graphql', ''],
    ['/%67raphql', '/%67raphql', ''],
    ['/graphql#x', '/graphql#x', ''],
    ['/graphql;x=1', '/graphql;x=1', ''],
    ['?x', '/', '?x'],
    ['*', '*', ''],
  ])('%s in origin-form has the path %s', (target, path, search) => {
    const expected =
      target === '?x' ? { kind: 'MALFORMED' } : { kind: 'ADDRESSED', path, search, authority: { host: 'a.example' } };
    expect(read(target)).toMatchObject(expected);
  });

  it.each([
    ['http://example.com/graphql?x', '/graphql', '?x', 'example.com'],
    ['HTTPS://Example.com:8/graphql', '/graphql', '', 'example.com'],
    ['http://[::1]:4000/a/../b', '/a/../b', '', '::1'],
    ['http://example.com', '/', '', 'example.com'],
    ['http://example.com?x', '/', '?x', 'example.com'],
    ['http://example.com#x', '/#x', '', 'example.com'],
    ['http://example.com//graphql', '//graphql', '', 'example.com'],
  ])('%s in absolute-form has the path %s (RFC 9112 §3.2.2)', (target, path, search, host) => {
    expect(read(target)).toMatchObject({ kind: 'ADDRESSED', path, search, authority: { host } });
  });

  it.each([
    'http://',
    'http:///graphql',
    'http://:80/graphql',
    'http://user@example.com/graphql',
    'http://user:password@example.com/graphql',
    'http://[/graphql',
    'http://a b/graphql',
    'http:/graphql',
    'http:\\\\example.com\\graphql',
    'ftp://example.com/graphql',
    'file:///etc/passwd',
    'example.com:443',
    'graphql',
    '',
  ])('%j is none', (target) => {
    expect(read(target).kind).toBe('MALFORMED');
  });

  it('needs one well-formed Host in HTTP/1.1, and none in HTTP/1.0', () => {
    for (const target of ['/graphql', 'http://example.com/graphql', '*']) {
      expect(read(target, []).kind).toBe('MALFORMED');
      expect(read(target, ['a', 'a']).kind).toBe('MALFORMED');
      expect(read(target, ['x/health/live?']).kind).toBe('MALFORMED');
      expect(read(target, ['']).kind).toBe('ADDRESSED');
      expect(read(target, [], '1.0').kind).toBe('ADDRESSED');
      expect(read(target, ['a b'], '1.0').kind).toBe('MALFORMED');
    }
  });

  it('reaches whoever reads the URL that is made of it as the bytes that it is', () => {
    const character = fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code));
    const part = fc.oneof(character, fc.constantFrom('/', '..', '.', '%2e', '%2f', '?', '#', '\\', '//', '@', ':'));
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 12 }).map((parts) => `/${parts.join('')}`),
        (target) => {
          const answer = read(target);
          if (answer.kind !== 'ADDRESSED') throw new Error('every such target is one');
          const url = `http://localhost${asUrlText(answer.path)}${asUrlText(answer.search)}`;
          const { path, search } = partsOfUrl(url);
          expect(path + search).toBe(asUrlText(target));
          expect(target.split('?')[0] === '/graphql').toBe(path === '/graphql');
        },
      ),
    );
  });
});
