import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type ConnectionTarget, readConnectionUrl } from '../../src/db/connection-target.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { StartError } from '../../src/kernel/start-error.ts';

function targetOf(url: string): ConnectionTarget {
  const answer = readConnectionUrl(url);
  if (answer.kind === 'INVALID') throw new Error(answer.message);
  return answer.target;
}

function refusalOf(url: string): string {
  const answer = readConnectionUrl(url);
  return answer.kind === 'INVALID' ? answer.message : 'none';
}

describe('a connection URL', () => {
  it.each([
    ['postgres://u:p@db.example:6000/d', [{ host: 'db.example', port: 6000 }]],
    ['postgresql://db.example', [{ host: 'db.example', port: 5432 }]],
    ['postgres://[::1]:6000/d', [{ host: '::1', port: 6000 }]],
    ['postgres:///d', [{ host: 'localhost', port: 5432 }]],
    ['postgres:///d?host=/var/run/postgresql', [{ path: '/var/run/postgresql/.s.PGSQL.5432' }]],
    ['postgres:///d?host=/tmp/&port=6000', [{ path: '/tmp/.s.PGSQL.6000' }]],
    ['postgres://u@localhost/d?host=/tmp', [{ path: '/tmp/.s.PGSQL.5432' }]],
    ['postgres://%2Ftmp%2Fsockets/d', [{ path: '/tmp/sockets/.s.PGSQL.5432' }]],
    ['postgres://a/d?host=b', [{ host: 'b', port: 5432 }]],
    [
      'postgres:///d?host=a,b&port=6000,6001',
      [
        { host: 'a', port: 6000 },
        { host: 'b', port: 6001 },
      ],
    ],
    [
      'postgres://u:p@a:6000,b:6001/d',
      [
        { host: 'a', port: 6000 },
        { host: 'b', port: 6001 },
      ],
    ],
    [
      'postgres://a,[::1]:6001,[::2]/d',
      [
        { host: 'a', port: 5432 },
        { host: '::1', port: 6001 },
        { host: '::2', port: 5432 },
      ],
    ],
    [
      'postgres://a,b?port=6000',
      [
        { host: 'a', port: 6000 },
        { host: 'b', port: 6000 },
      ],
    ],
    ['postgres://%2Ftmp,b/d', [{ path: '/tmp/.s.PGSQL.5432' }, { host: 'b', port: 5432 }]],
    ['postgres://u@/d?host=/tmp', [{ path: '/tmp/.s.PGSQL.5432' }]],
    ['postgres://u:p@?host=/tmp', [{ path: '/tmp/.s.PGSQL.5432' }]],
    ['postgres://', [{ host: 'localhost', port: 5432 }]],
    ['postgres://:6000', [{ host: 'localhost', port: 6000 }]],
    ['postgres:///d?host=a,/tmp&port=6000', [{ host: 'a', port: 6000 }, { path: '/tmp/.s.PGSQL.6000' }]],
  ])('%s names where the server is', (url, addresses) => {
    expect(targetOf(url).addresses).toEqual(addresses);
  });

  it('names user, password and database, or leaves them to their defaults', () => {
    expect(targetOf('postgres://a%40b:c%2Fd@h/e%20f')).toMatchObject({ user: 'a@b', password: 'c/d', database: 'e f' });
    expect(targetOf('postgres://h?user=a&password=b&dbname=c')).toMatchObject({
      user: 'a',
      password: 'b',
      database: 'c',
    });
    const { username } = userInfo();
    expect(targetOf('postgres://h')).toMatchObject({ user: username, password: '', database: username });
    expect(targetOf('postgres://me@h')).toMatchObject({ user: 'me', database: 'me' });
  });

  it.each([
    ['postgres://u:a@b@h/d', { user: 'u', password: 'a@b', database: 'd' }],
    ['postgres://u:a?b#c@h/d', { user: 'u', password: 'a?b#c', database: 'd' }],
    ['postgres://u:a:b@h/d', { user: 'u', password: 'a:b', database: 'd' }],
    ['postgres://u@h/d?options=a@b', { user: 'u', startup: { options: 'a@b' } }],
    ['postgres://u@h/d?options=-c+a&', { startup: { options: '-c+a' } }],
    ['postgres://u@h/d#e', { database: 'd#e' }],
    ['postgres://u@h/d/e', { database: 'd/e' }],
    [' postgres://u@h/d\n', { database: 'd' }],
  ])('%j is taken apart as libpq does it', (url, parts) => {
    expect(targetOf(url)).toMatchObject(parts);
  });

  it.each([
    'mysql://h',
    'postgres:h',
    'postgres://h:1:2/d',
    'postgres://[::1/d',
    'postgres://[]/d',
    'postgres://[::1]a/d',
    'postgres://::1/d',
    'postgres://h/d?sslmode',
    'postgres://h/d?sslmode=a=b',
  ])('%s is refused, as by libpq', (url) => {
    expect(refusalOf(url)).toBe('it is not written as libpq wants it');
  });

  it.each(['postgres://h:0', 'postgres://h:x', 'postgres://h:70000', 'postgres://a,,b', 'postgres://a,b?port=1,2,3'])(
    '%s is refused for its hosts and ports',
    (url) => {
      expect(refusalOf(url)).toBe('its hosts and ports do not go together');
    },
  );

  it.each([
    ['postgres://a', false],
    ['postgres://a,b', true],
    ['postgres://a,b?target_session_attrs=any', false],
    ['postgres://a?target_session_attrs=read-write', true],
    ['postgres://a,b?target_session_attrs=primary', true],
  ])('%s says whether a standby would do', (url, mustWrite) => {
    expect(targetOf(url).mustWrite).toBe(mustWrite);
  });

  const nothing = { rootCertificate: undefined, certificate: undefined, key: undefined };
  it.each([
    ['', { use: 'PREFERRED', verify: 'NOTHING', files: nothing }],
    ['sslmode=disable', { use: 'NEVER' }],
    ['ssl=false', { use: 'NEVER' }],
    ['sslmode=prefer', { use: 'PREFERRED', verify: 'NOTHING', files: nothing }],
    ['sslmode=require', { use: 'REQUIRED', verify: 'NOTHING', files: nothing }],
    ['ssl=true', { use: 'REQUIRED', verify: 'NOTHING', files: nothing }],
    [
      'sslmode=require&sslrootcert=/ca',
      { use: 'REQUIRED', verify: 'CERTIFICATE', files: { ...nothing, rootCertificate: '/ca' } },
    ],
    ['sslmode=verify-ca', { use: 'REQUIRED', verify: 'CERTIFICATE', files: nothing }],
    [
      'sslmode=verify-full&sslrootcert=/ca&sslcert=/c&sslkey=/k',
      {
        use: 'REQUIRED',
        verify: 'CERTIFICATE_AND_HOST',
        files: { rootCertificate: '/ca', certificate: '/c', key: '/k' },
      },
    ],
    ['sslmode=verify-ca&sslrootcert=system', { use: 'REQUIRED', verify: 'CERTIFICATE_AND_HOST', files: nothing }],
  ])('with %s says whether the connection is encrypted, and who is asked', (parameters, tls) => {
    expect(targetOf(`postgres://h/d?${parameters}`).tls).toEqual(tls);
  });

  it('keeps settings of the server, and what sockets are told is left out', () => {
    const url = 'postgres://h?options=-c%20jit%3Doff&keepalives_idle=3&client_encoding=LATIN1&connect_timeout=7';
    expect(targetOf(`${url}&application_name=mine`)).toMatchObject({
      startup: { options: '-c jit=off' },
      connectTimeoutMs: 7000,
      applicationName: 'mine',
    });
    expect(targetOf('postgres://h?connect_timeout=0').connectTimeoutMs).toBeUndefined();
  });

  it.each([
    ['sslmode=allow', 'its sslmode is none of disable, prefer, require, verify-ca, verify-full'],
    ['sslmode=Require', 'its sslmode is none of disable, prefer, require, verify-ca, verify-full'],
    ['port=0', 'its hosts and ports do not go together'],
    ['port=1,2', 'its hosts and ports do not go together'],
    ['host=a,b,c&port=1,2', 'its hosts and ports do not go together'],
    ['host=a,,b', 'its hosts and ports do not go together'],
    ['target_session_attrs=standby', 'target_session_attrs can only be any or read-write or primary here'],
    ['channel_binding=require', 'channel_binding can only be disable or prefer here'],
    ['gssencmode=require', 'gssencmode can only be disable or prefer here'],
    ['sslcrl=/x', 'the parameter sslcrl is not supported'],
    ['passfile=/x', 'the parameter passfile is not supported'],
    ['connect_timeout=soon', 'its connect_timeout is no number of seconds'],
    ['host=%ff', 'what is written with % in it is not UTF-8'],
    ['__proto__=1', 'none'],
    ['constructor=1', 'none'],
    ['toString=1', 'none'],
  ])('with %s is refused, or not', (parameters, message) => {
    expect(refusalOf(`postgres://h/d?${parameters}`)).toBe(message);
  });

  it('that is refused ends the start with the reason, and none of its secrets', async () => {
    const opening = openDatabase({ url: 'postgres://u:geheim@h/d?sslmode=allow', logger: createLogger('silent') });
    await expect(opening).rejects.toThrow(StartError);
    await expect(opening).rejects.toThrow('DATABASE_URL cannot be used: its sslmode is none of');
    await expect(opening).rejects.not.toThrow('geheim');
    expect(refusalOf('postgres://u:%ff@h')).toBe('what is written with % in it is not UTF-8');
    expect(refusalOf('postgres://u%00@h')).toBe('what is written with % in it is not UTF-8');
  });
});
