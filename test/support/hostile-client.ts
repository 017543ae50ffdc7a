import { connect } from 'node:net';
import { expect } from 'vitest';
import { errorCodes } from '../../src/kernel/error-codes.ts';
import { plentiful } from './hostile-values.ts';
import { openTestApp, type TestApp } from './test-app.ts';

export const whoAmI = '{ viewer { apiKey { name } } }';
export const asked = JSON.stringify({ query: whoAmI });

export interface HostileAnswer {
  readonly status: number;
  readonly codes: readonly (string | undefined)[];
  // biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, whatever they are
  readonly body: any;
  readonly headers: Headers;
}

/** Sends to `/graphql` what should not be sent; an answer without a code, or with a fault of ours, fails the test. */
export interface HostileClient {
  readonly test: TestApp;
  /** May read everything, and has budget for it. */
  readonly key: string;
  send(path: string, init?: RequestInit): Promise<HostileAnswer>;
  post(body: BodyInit | null, headers?: Readonly<Record<string, string>>): Promise<HostileAnswer>;
  ask(query: string, variables?: object, more?: object): Promise<HostileAnswer>;
  /** Lines of a head and a body as they are, over a socket: what no client library would send. Answers what came back. */
  raw(lines: readonly string[], body?: string): Promise<string>;
  /** Whatever was sent: nothing broke, and the next one is served. */
  expectHealthy(): Promise<void>;
}

export async function openHostileClient(): Promise<HostileClient> {
  const test = await openTestApp({ places: true });
  const port = Number(new URL((await test.app.listen()).api).port);
  const { key } = await test.createKey(['*'], { throttle: { ...plentiful, maximumCost: 1000 } });
  let looked = 0;

  async function send(path: string, init: RequestInit = {}): Promise<HostileAnswer> {
    const response = await test.fetch(path, init);
    const text = await response.text();
    expect(text.length, 'what was sent is not repeated').toBeLessThan(5000);
    const body = JSON.parse(text);
    const errors: { extensions?: { code?: string } }[] = body.errors ?? [];
    const codes = errors.map(({ extensions }) => extensions?.code);
    for (const code of codes) expect(Object.keys(errorCodes)).toContain(code);
    expect(codes).not.toContain('INTERNAL_SERVER_ERROR');
    return { status: response.status, codes, body, headers: response.headers };
  }

  function post(body: BodyInit | null, headers: Readonly<Record<string, string>> = {}): Promise<HostileAnswer> {
    const json = { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json' };
    return send('/graphql', { method: 'POST', headers: { 'X-API-Key': key, ...json, ...headers }, body });
  }

  return {
    test,
    key,
    send,
    post,
    ask: (query, variables, more = {}) => post(JSON.stringify({ query, variables, ...more })),
    raw: (lines, body = '') => sendRaw(port, lines, body),
    async expectHealthy() {
      const lines = test.log.slice(looked);
      looked = test.log.length;
      expect(lines.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
      const { status, body } = await test.graphql(key, '{ country(code: "CH") { name } }');
      expect([status, body.data]).toEqual([200, { country: { name: 'Switzerland' } }]);
    },
  };
}

function sendRaw(port: number, lines: readonly string[], body: string): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => {
      socket.end(`${[...lines, 'Host: localhost', 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
    });
    socket.setEncoding('utf8').on('data', (text: string) => {
      received += text;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
  });
}
