import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { cpuTime } from '../measure.ts';

/** The whole server with the Places data, in this process, and keys that may spend much. */
export interface Stage {
  readonly app: { idle(): Promise<void> };
  createKey(privileges: readonly string[], input?: object): Promise<string>;
  send(key: string, query: string, variables?: object): Promise<Sent>;
  line(name: string, text: string): void;
}

export interface Sent {
  /** Of CPU: what a busy machine does meanwhile is not in it. */
  readonly ms: number;
  /** What the budget has less of. */
  readonly points: number;
  /** Bytes of the answer. */
  readonly bytes: number;
  readonly code: string;
}

const budget = { maximumAvailable: 1_000_000, restoreRate: 1, maximumCost: 100_000, inFlight: 100 };
const asking = { requests: { max: 1_000_000, window: 'PT1M' } };

export async function openStage(): Promise<Stage & { close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldpass-bench-'));
  const { DATABASE_URL } = process.env;
  const answer = readConfig({ DATA_DIR: folder, ...(DATABASE_URL && { DATABASE_URL }) }, () => '');
  if (answer.kind === 'INVALID') throw new Error(answer.problems.join('\n'));
  const app = await createApp(answer.config, { logger: createLogger('silent') });
  const { admin = '' } = app.firstKeys;

  async function post(path: string, key: string, query: string, variables: object = {}, headers: object = {}) {
    const request = new Request(`http://localhost:4000${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const response = await app.fetch(request);
    return response.text();
  }

  async function left(key: string): Promise<number> {
    const body = JSON.parse(await post('/graphql', key, '{viewer{__typename}}', {}, { 'GraphQL-Cost': 'validate' }));
    return body.extensions.cost.throttleStatus.currentlyAvailable;
  }

  const manage = async (query: string, input: object) => {
    const body = JSON.parse(await post('/admin/graphql', admin, query, { input }));
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    return body.data;
  };
  const owner = { name: 'Hostile', ownerName: 'Ada', ownerEmail: 'ada@example.com' };
  const { createApplication } = await manage(
    'mutation($input:CreateApplicationInput!){createApplication(input:$input){application{id}}}',
    owner,
  );

  return {
    app: { idle: () => pause(1_000) },
    async createKey(privileges, input = {}) {
      const { createApiKey } = await manage('mutation($input:CreateApiKeyInput!){createApiKey(input:$input){key}}', {
        applicationId: createApplication.application.id,
        name: 'bench',
        privileges,
        throttle: { ...budget, ...asking },
        ...input,
      });
      return createApiKey.key;
    },
    async send(key, query, variables) {
      const before = await left(key);
      const started = cpuTime();
      const text = await post('/graphql', key, query, variables);
      const ms = cpuTime() - started;
      const after = await left(key);
      const { errors } = JSON.parse(text);
      return { ms, points: Math.round(before - after), bytes: text.length, code: errors?.[0]?.extensions.code ?? 'OK' };
    },
    line: (name, text) => void process.stdout.write(`${name.padEnd(44)} ${text}\n`),
    async close() {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
