import { describe, expect, it } from 'vitest';
import { headProblem, rawValues } from '../../src/http/head-problem.ts';

const statusOf = (httpVersion: string, ...rawHeaders: string[]) => headProblem(rawHeaders, httpVersion)?.status;

describe('transfer codings', () => {
  it.each([
    ['chunked', undefined],
    ['Chunked', undefined],
    ['gzip, chunked', 501],
    ['identity, chunked', 501],
    ['chunked, chunked', 501],
    ['chunked;q=1', 501],
    [', chunked', 501],
    ['gzip', 501],
    ['identity', 501],
    ['', 501],
  ])('%j: %s (RFC 9112 §6.1)', (value, status) => {
    expect(statusOf('1.1', 'transfer-ENCODING', value)).toBe(status);
    expect(statusOf('1.0', 'transfer-ENCODING', value)).toBe(400);
  });

  it('stand in one line', () => {
    expect(statusOf('1.1', 'Transfer-Encoding', 'gzip', 'Transfer-Encoding', 'chunked')).toBe(501);
  });
});

describe('a header that has one value', () => {
  it.each(['Content-Type', 'Referer', 'Origin'])('%s stands there once', (name) => {
    expect(statusOf('1.1', name, 'a/b')).toBeUndefined();
    expect(headProblem([name, 'a/b', 'X', 'y', name.toLowerCase(), 'a/b'], '1.1')).toEqual({
      status: 400,
      message: `The ${name} header stands there more than once.`,
    });
  });

  it.each(['Accept', 'X-Forwarded-For', 'Content-Encoding', 'Connection'])('is none of %s, a list', (name) => {
    expect(statusOf('1.1', name, 'a', name, 'b')).toBeUndefined();
  });
});

it('finds the values of all lines of a header by a name in any case', () => {
  expect(rawValues(['host', 'a', 'Accept', 'b', 'HOST', ''], 'Host')).toEqual(['a', '']);
});

describe('a version of HTTP', () => {
  it.each([
    ['1.0', undefined],
    ['1.1', undefined],
    ['2.0', 505],
    ['0.9', 505],
  ])('%s: %s', (version, status) => {
    expect(statusOf(version, 'Host', 'a')).toBe(status);
  });
});
