import { describe, expect, test } from 'vitest';
import { readKeyHeader } from '../../../src/keys/token/read-key-header.ts';

const key = 'fieldpass_live_abcdefghijkl_ABCDEFGHIJKLMNOPQRSTUVWXYZ012345678901';
const other = key.replace('abc', 'xyz');

describe('the headers of a request', () => {
  test.each<[string, [string, string][], string, string?]>([
    ['carry no key', [], 'ABSENT'],
    ['carry a bearer key', [['authorization', `Bearer ${key}`]], 'PRESENTED', key],
    ['carry a bearer key with a scheme in lower case', [['authorization', `bearer ${key}`]], 'PRESENTED', key],
    ['carry a bearer key after several spaces', [['authorization', `Bearer   ${key}`]], 'PRESENTED', key],
    ['carry an X-API-Key', [['x-api-key', key]], 'PRESENTED', key],
    [
      'carry the same key twice',
      [
        ['authorization', `Bearer ${key}`],
        ['x-api-key', key],
      ],
      'PRESENTED',
      key,
    ],
    [
      'carry two different keys',
      [
        ['authorization', `Bearer ${key}`],
        ['x-api-key', other],
      ],
      'OVERLOADED',
    ],
    [
      'repeat X-API-Key',
      [
        ['x-api-key', key],
        ['x-api-key', key],
      ],
      'OVERLOADED',
    ],
    [
      'repeat X-API-Key with an empty one',
      [
        ['x-api-key', key],
        ['x-api-key', ''],
      ],
      'OVERLOADED',
    ],
    [
      'repeat Authorization',
      [
        ['authorization', `Bearer ${key}`],
        ['authorization', `Bearer ${key}`],
      ],
      'OVERLOADED',
    ],
    [
      'mix schemes',
      [
        ['authorization', 'Basic eDp5'],
        ['authorization', `Bearer ${key}`],
      ],
      'OVERLOADED',
    ],
    [
      'repeat one header and give the other',
      [
        ['authorization', `Bearer ${key}`],
        ['x-api-key', key],
        ['x-api-key', key],
      ],
      'OVERLOADED',
    ],
    ['carry another scheme only', [['authorization', 'Basic eDp5']], 'ABSENT'],
    ['carry another scheme with commas', [['authorization', 'Digest username="a", realm="b"']], 'ABSENT'],
    [
      'carry another scheme and an X-API-Key',
      [
        ['authorization', 'Basic eDp5'],
        ['x-api-key', key],
      ],
      'PRESENTED',
      key,
    ],
    ['carry an empty X-API-Key', [['x-api-key', '']], 'ABSENT'],
    ['carry a bearer without a key', [['authorization', 'Bearer']], 'ABSENT'],
    ['carry a bearer after a tab', [['authorization', `bEARER\t${key}`]], 'MALFORMED'],
    ['carry a bearer after a space and a tab', [['authorization', `Bearer \t${key}`]], 'MALFORMED'],
    ['carry a bearer and a tab', [['authorization', 'Bearer\t']], 'ABSENT'],
    ['carry a bearer with two words', [['authorization', `Bearer ${key} ${key}`]], 'MALFORMED'],
    [
      'carry an empty bearer beside a key',
      [
        ['authorization', 'Bearer '],
        ['x-api-key', key],
      ],
      'PRESENTED',
      key,
    ],
    [
      'carry a malformed bearer beside a key',
      [
        ['authorization', 'Bearer ä'],
        ['x-api-key', key],
      ],
      'MALFORMED',
    ],
    ['carry a key of 513 characters', [['x-api-key', 'k'.repeat(513)]], 'MALFORMED'],
    ['carry a key beyond ASCII', [['x-api-key', 'kä']], 'MALFORMED'],
    ['carry a word that begins like the scheme', [['authorization', `Bearerx ${key}`]], 'ABSENT'],
  ])('%s', (_, entries, kind, text) => {
    const headers = new Headers();
    for (const [name, value] of entries) headers.append(name, value);
    expect(readKeyHeader(headers)).toEqual(text === undefined ? { kind } : { kind, text });
  });
});
