import { describe, expect, it } from 'vitest';
import { type Environment, readConfig } from '../../src/config/read-config.ts';

const pepper = 'ab'.repeat(32);
const noFile = (): never => {
  throw new Error('ENOENT: no such file or directory');
};

function problems(environment: Record<string, string>): readonly string[] {
  const answer = readConfig(environment, noFile);
  return answer.kind === 'INVALID' ? answer.problems : [];
}

describe('configuration', () => {
  it('has a default for everything', () => {
    const answer = readConfig({}, noFile);
    expect(answer).toMatchObject({
      kind: 'VALID',
      config: {
        server: {
          PORT: 4000,
          HOST: '127.0.0.1',
          TRUST_PROXY: [],
          CORS_ORIGINS: [],
          KEEP_ALIVE_TIMEOUT: 72_000,
          GRAPHIQL: true,
          LOG_LEVEL: 'info',
        },
        database: { DATA_DIR: '.fieldpass' },
        keys: { KEY_PREFIX: 'fieldpass', KEY_ENVIRONMENTS: ['live', 'test'], KEY_DEFAULT_VALIDITY: 90 * 86_400_000 },
        limits: {
          MAX_BODY_BYTES: 100_000,
          MAX_DEPTH: 15,
          MAX_TOKENS: 5000,
          EXECUTION_TIMEOUT: 30_000,
          SHUTDOWN_TIMEOUT: 25_000,
          SHUTDOWN_DELAY: 0,
        },
      },
    });
  });

  it('waits before it stops accepting where a load balancer has to notice', () => {
    const delay = (environment: Environment) => {
      const answer = readConfig({ KEY_PEPPER: pepper, ...environment }, noFile);
      return answer.kind === 'VALID' ? answer.config.limits.SHUTDOWN_DELAY : answer.problems;
    };
    expect(delay({ NODE_ENV: 'production' })).toBe(5000);
    expect(delay({ NODE_ENV: 'production', SHUTDOWN_DELAY: '0s' })).toBe(0);
    expect(delay({ NODE_ENV: 'development' })).toBe(0);
    expect(delay({ SHUTDOWN_DELAY: '12s' })).toBe(12_000);
  });

  it('takes an empty value for an absent one', () => {
    expect(problems({ PORT: '', DATABASE_URL: '' })).toEqual([]);
  });

  it.each([
    ['PORT', '65536', 'PORT: expected a whole number from 0 to 65535, got "65536"'],
    ['PORT', '4000x', 'PORT: expected a whole number from 0 to 65535, got "4000x"'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL: expected one of silent, fatal, error, warn, info, debug, trace, got "loud"'],
    ['GRAPHIQL', 'maybe', 'GRAPHIQL: expected on or off, got "maybe"'],
    [
      'METRICS_TOKEN',
      'too-short',
      'METRICS_TOKEN: expected 16 printable characters or more, without spaces (openssl rand -hex 32), got a value that is not shown',
    ],
    ['ACCESS_LOG', 'some', 'ACCESS_LOG: expected one of off, errors, sampled, all, got "some"'],
    [
      'THROTTLE_LEASE',
      '30%',
      'THROTTLE_LEASE: expected off, a share up to 25% such as 2%, or points such as 50, got "30%"',
    ],
    ['EXECUTION_TIMEOUT', 'soon', 'EXECUTION_TIMEOUT: expected a duration such as 30s, 24h, 90d or P90D, got "soon"'],
    [
      'KEY_PREFIX',
      'My_Brand',
      'KEY_PREFIX: expected 2 to 16 lower-case letters and digits, a letter first, got "My_Brand"',
    ],
    ['KEY_MAX_VALIDITY', 'never', 'KEY_MAX_VALIDITY: expected a duration such as 30s, 24h, 90d or P90D, got "never"'],
    [
      'TRUST_PROXY',
      '10.0.0.0/40',
      'TRUST_PROXY: expected a number of proxies (1 to 9), or addresses and CIDR ranges separated by commas, got "10.0.0.0/40"',
    ],
    [
      'CORS_ORIGINS',
      '*',
      'CORS_ORIGINS: expected origins such as https://app.example.com, separated by commas, or keys, got "*"',
    ],
  ])('says of %s=%s what is expected', (name, value, expected) => {
    expect(problems({ [name]: value })).toEqual([expected]);
  });

  it.each(['KEY_PEPPER', 'DATABASE_URL', 'REDIS_URL'])('never shows the value of %s', (name) => {
    const text = problems({
      [name]: 'mysql://root:hunter2@db',
      ...(name === 'KEY_PEPPER' ? {} : { KEY_PEPPER: pepper }),
    }).join('\n');
    expect(text).toContain(`${name}: expected`);
    expect(text).not.toContain('hunter2');
  });

  it.each([
    'postgres://h1:5432,h2:5433/d',
    'postgresql://u:p@h1,h2/d',
    'postgres://u@/d?host=/var/run/postgresql',
    'postgres:///d',
    'postgres://',
  ])('leaves the reading of %s to whoever connects', (text) => {
    expect(problems({ DATABASE_URL: text, KEY_PEPPER: pepper })).toEqual([]);
  });

  it('wants a pepper with a database of its own, and in production', () => {
    expect(problems({ DATABASE_URL: 'postgres://localhost/fieldpass' })[0]).toMatch(/^KEY_PEPPER: required/);
    expect(problems({ NODE_ENV: 'production' })[0]).toMatch(/^KEY_PEPPER: required/);
    expect(problems({ NODE_ENV: 'production', KEY_PEPPER: pepper })).toEqual([]);
  });

  it('allows keys that never expire when it is told so, and not otherwise', () => {
    const validity = (environment: Environment) => {
      const answer = readConfig(environment, noFile);
      return answer.kind === 'VALID' ? answer.config.keys.KEY_MAX_VALIDITY : 'INVALID';
    };
    expect(validity({})).toBe(366 * 86_400_000);
    expect(validity({ KEY_MAX_VALIDITY: 'none' })).toBeUndefined();
  });

  it('takes beginnings of imported keys that no key of this server has', () => {
    expect(problems({ KEY_IMPORT_PREFIXES: 'sk_live_, acme.' })).toEqual([]);
    expect(problems({ KEY_IMPORT_PREFIXES: 'sk_live' })[0]).toMatch(
      /^KEY_IMPORT_PREFIXES: expected .* such as sk_live_/,
    );
    expect(problems({ KEY_IMPORT_PREFIXES: 'fieldpass_live_' })[0]).toContain('keys of this server begin with');
    expect(problems({ KEY_PREFIX: 'acme', KEY_IMPORT_PREFIXES: 'acme_' })[0]).toContain(
      'keys of this server begin with',
    );
  });

  it('stops at names that were surely meant for us', () => {
    expect(problems({ DATABASE_ULR: 'x' })).toEqual(['DATABASE_ULR: unknown; did you mean DATABASE_URL?']);
    expect(problems({ FIELDPASS_COLOUR: 'x' })[0]).toMatch(/^FIELDPASS_COLOUR: unknown; expected one of/);
    expect(problems({ PROT: '1', HOME: '/', PATH: '/bin', LANG: 'C', HOSTNAME: 'x' })).toEqual([]);
  });

  it('reads secrets from files, and refuses both at once', () => {
    const read = (path: string) => (path === '/run/pepper' ? `${pepper}\n` : noFile());
    expect(readConfig({ KEY_PEPPER_FILE: '/run/pepper' }, read)).toMatchObject({
      config: { keys: { KEY_PEPPER: pepper } },
    });
    expect(readConfig({ KEY_PEPPER_FILE: '/run/pepper', KEY_PEPPER: pepper }, read)).toMatchObject({ kind: 'INVALID' });
    expect(problems({ KEY_PEPPER_FILE: '/nowhere' })[0]).toMatch(/^KEY_PEPPER_FILE: cannot be read/);
  });
});
