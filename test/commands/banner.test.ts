import { describe, expect, it } from 'vitest';
import { banner } from '../../src/commands/banner.ts';
import { type Config, readConfig } from '../../src/config/read-config.ts';

const addresses = { api: 'http://localhost:4000/graphql', management: 'http://localhost:4000/admin/graphql' };
const noKeys = { admin: undefined, demo: undefined };

function configOf(environment: Readonly<Record<string, string>>): Config {
  const answer = readConfig(environment, () => '');
  if (answer.kind === 'INVALID') throw new Error(answer.problems.join());
  return answer.config;
}

describe('what a person sees', () => {
  it('are the addresses, and the keys that this start made', () => {
    const firstKeys = { admin: 'fieldpass_live_admin', demo: 'fieldpass_test_demo' };
    const lines = banner({ config: configOf({}), addresses, firstKeys }).split('\n');
    expect(lines[0]).toMatch(/^fieldpass \d+\.\d+\.\d+ \(embedded PostgreSQL, data in \.fieldpass\)$/);
    expect(lines.map((line) => line.trim().split(/ {2,}/).slice(0, 2).join(' ')).slice(1, -1)).toEqual([
      'GraphQL http://localhost:4000/graphql',
      'Management http://localhost:4000/admin/graphql',
      'Admin key fieldpass_live_admin',
      'Demo key fieldpass_test_demo',
    ]);
  });

  it('are no keys when they were made before', () => {
    const text = banner({ config: configOf({}), addresses, firstKeys: noKeys });
    expect(text).not.toMatch(/Admin key|Demo key/);
    expect(text).toContain('  Try        curl http://localhost:4000/graphql ');
  });

  it('is no password of the database', () => {
    const config = configOf({ DATABASE_URL: 'postgres://u:hunter2@db:5432/x', KEY_PEPPER: 'a'.repeat(64) });
    const text = banner({ config, addresses, firstKeys: noKeys });
    expect(text).toContain('(PostgreSQL at db:5432)');
    expect(text).not.toContain('hunter2');
  });

  it.each([
    ['postgres://u:hunter2@h1,h2:5433/x', 'h1:5432, h2:5433'],
    ['postgres://u@/x?host=/var/run/postgresql', '/var/run/postgresql/.s.PGSQL.5432'],
    ['postgres://u@[::1]/x', '[::1]:5432'],
  ])('is where the servers of %s are', (url, places) => {
    const config = configOf({ DATABASE_URL: url, KEY_PEPPER: 'a'.repeat(64) });
    expect(banner({ config, addresses, firstKeys: noKeys })).toContain(`(PostgreSQL at ${places})`);
  });
});
