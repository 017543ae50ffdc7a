import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportUsageCommand } from '../../src/commands/usage/export-usage-command.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let server: TestApp;

beforeAll(async () => {
  server = await openTestApp({ places: true });
  const { key } = await server.createKey(['read:Query.cities', 'read:City.name'], { name: '=cmd()' });
  const list = 'query Names { cities(first: 1) { nodes { name } } }';
  for (let number = 0; number < 3; number++) await server.graphql(key, list);
  server.clock.advance(2 * 3_600_000);
  for (let number = 0; number < 2; number++) await server.graphql(key, list);
  await server.graphql(key, 'query Denied { cities(first: 1) { nodes { population } } }');
}, 120_000);
afterAll(() => server.close());

async function run(args: readonly string[], send: typeof fetch = (input, init) => server.fetch(pathOf(input), init)) {
  const [out, complaints]: [string[], string[]] = [[], []];
  const code = await exportUsageCommand({
    arguments: ['--by', 'SURFACE,API_KEY,OPERATION,OUTCOME', ...args],
    environment: { FIELDPASS_ADMIN_KEY: server.adminKey },
    now: server.clock.now,
    fetch: send,
    readFile: () => {
      throw new Error('there is no file here');
    },
    write: async (text) => void out.push(text),
    complain: (line) => void complaints.push(line),
  });
  return { code, out: out.join(''), complaints };
}

function pathOf(input: Parameters<typeof fetch>[0]): string {
  return new URL(String(input)).pathname;
}

describe('usage:export', () => {
  it('writes a row for each interval and group, as JSON lines', async () => {
    const { code, out, complaints } = await run(['--since', '2026-11-24', '--format', 'jsonl']);
    expect(code).toBe(0);
    const rows = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ surface }) => surface === 'API')
      .map(({ at, operationName, outcome, requests, apiKeyName }) => [
        at,
        operationName,
        outcome,
        requests,
        apiKeyName,
      ]);
    expect(rows).toEqual([
      ['2026-11-24T12:00:00.000Z', 'Names', 'OK', 3, '=cmd()'],
      ['2026-11-24T14:00:00.000Z', 'Names', 'OK', 2, '=cmd()'],
      ['2026-11-24T14:00:00.000Z', 'Denied', 'FORBIDDEN', 1, '=cmd()'],
    ]);
    expect(complaints).toHaveLength(2);
  });

  it('writes CSV with one header, in which no name is a formula', async () => {
    const { out } = await run(['--since', '1d', '--interval', 'day']);
    const [header = '', ...rows] = out.trim().split('\n');
    expect(header).toMatch(/^at,apiKey,apiKeyName,surface,operationName,documentHash,outcome,requests,errors,/);
    expect(rows.filter((row) => row.includes('Names'))).toHaveLength(1);
    expect(rows.find((row) => row.includes('Names'))).toContain(",'=cmd(),API,Names,");
  });

  it('says from where to go on when the server goes away, and writes no half interval', async () => {
    let asked = 0;
    const failing: typeof fetch = (input, init) => {
      if (++asked > 2) return Promise.reject(new TypeError('fetch failed'));
      return server.fetch(pathOf(input), init);
    };
    const first = await run(['--since', '2026-11-24', '--format', 'jsonl'], failing);
    expect(first.code).toBe(1);
    expect(first.complaints.at(-1)).toContain('Go on with --since 2026-11-24T13:00:00.000Z');
    const rest = await run(['--since', '2026-11-24T13:00:00.000Z', '--format', 'jsonl']);
    const names = `${first.out}${rest.out}`.match(/"operationName":"(Names|Denied)"/g);
    expect(names).toHaveLength(3);
  });

  it('does not begin without a time or with words it does not know', async () => {
    expect((await run([])).code).toBe(2);
    expect((await run(['--since', 'yesterday'])).complaints).toEqual([
      '--since yesterday is no time: 2026-11-01, 2026-11-01T08:00:00Z, or 7d.',
    ]);
    expect((await run(['--since', '1d', '--by', 'COLOUR'])).complaints[0]).toContain('--by COLOUR is none of');
  });
});
