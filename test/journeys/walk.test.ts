import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { banner } from '../../src/commands/banner.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { buildServer, type ServerProcess, startServer } from '../support/server-process.ts';

const canWalk = ['bash', 'curl'].every((command) => spawnSync(command, ['--version']).status === 0);

/** The server runs in this folder, with its data in `.fieldpass`: so do the commands. */
const folder = mkdtempSync(join(tmpdir(), 'fieldpass-walk-'));
let server: ServerProcess;
let address: string;

beforeAll(async () => {
  if (!canWalk) return;
  await buildServer();
  server = startServer({ cwd: folder });
  address = await server.listening;
}, 120_000);
afterAll(async () => {
  await server?.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Step {
  readonly commands: string;
  /** What the README says they print. */
  readonly printed: string;
}

/** The blocks between the marks, in their order; those that print something are followed by what they print. */
function stepsOf(readme: string): readonly Step[] {
  const walk = readme.split('<!-- walk -->')[1]?.split('<!-- walk ends -->')[0] ?? '';
  const blocks = [...walk.matchAll(/```(sh|text)\n([\s\S]*?)```/g)].map(([, kind, text = '']) => ({ kind, text }));
  return blocks.flatMap(({ kind, text }, index) => {
    const next = blocks[index + 1];
    return kind === 'sh' ? [{ commands: text, printed: next?.kind === 'text' ? next.text : '' }] : [];
  });
}

function bash(script: string): string {
  const { stdout, stderr } = spawnSync('bash', { cwd: folder, input: script, encoding: 'utf8' });
  return `${stdout}${stderr}`;
}

/** A moment is the one thing that cannot be printed as it was written. */
function withoutMoments(text: string): string {
  return text.replaceAll(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g, '"<moment>"');
}

describe.skipIf(!canWalk)("the README's walk (needs bash and curl)", () => {
  it('prints what the README says', () => {
    const steps = stepsOf(readFileSync(new URL('../../README.md', import.meta.url), 'utf8'));
    const end = '--- end of step ---\n';
    const script = steps.map(({ commands }) => `${commands}printf '%s' '${end}'\n`).join('');
    const printed = bash(script.replaceAll('localhost:4000', new URL(address).host)).split(end);
    expect(steps.length).toBeGreaterThan(5);
    expect(printed.slice(0, -1).map(withoutMoments)).toEqual(steps.map((step) => withoutMoments(step.printed)));
  });

  it('ends with a receipt for the revocation', () => {
    const last = stepsOf(readFileSync(new URL('../../README.md', import.meta.url), 'utf8')).at(-1)?.printed;
    expect(withoutMoments(last ?? '')).toContain(
      '"effectiveAt":"<moment>","instancesAcknowledged":1,"instancesTotal":1',
    );
  });

  it('has every city, and said on the way how far it was', () => {
    expect(server.stderr()).toMatch(/^Seeding places: 135233 of 135233 cities \(100 %\)$/m);
  });

  it('can begin with the command that the banner shows', () => {
    const answer = readConfig({}, () => '');
    if (answer.kind === 'INVALID') throw new Error(answer.problems.join());
    const addresses = { api: `${address}/graphql`, management: `${address}/admin/graphql` };
    const shown = banner({ config: answer.config, addresses, firstKeys: { admin: undefined, demo: undefined } });
    const command = /Try +(.*)/.exec(shown)?.[1] ?? '';
    const { data } = JSON.parse(bash(command.replace('curl', 'curl -s')));
    expect(data.cities.nodes).toHaveLength(3);
    expect(data.cities.nodes[0]).toEqual({ name: expect.any(String), population: expect.any(Number) });
  });

  it('ends when it is told to', async () => {
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });
});
