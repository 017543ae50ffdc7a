import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let port: number;
let key: string;
beforeAll(async () => {
  test = await openTestApp();
  port = Number(/:(\d+)/.exec(JSON.stringify(await test.app.listen()))?.[1]);
  key = (await test.createKey(['read:Country.name'])).key;
});
afterAll(() => test.close());

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setTimeout(4000, () => {
      socket.destroy();
      resolve(`TIMEOUT ${answer}`);
    });
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('a strange request is answered by us, without a stack', () => {
  it.each([
    ['a path of two slashes', 'GET // HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['a path that is a bad authority', 'GET //[ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['a host that is no host', 'GET /graphql HTTP/1.1\r\nHost: a b[\r\nConnection: close\r\n\r\n'],
    [
      'an absolute target',
      'GET http://evil/graphql?query={__typename} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    ],
    ['an absolute target that is no URL', 'GET http://[/graphql HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['bad escapes', 'GET /graphql?query=%E0%A4%A&variables=%ZZ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    [
      'bad variables',
      `GET /graphql?query={__typename}&variables={ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer KEY\r\nConnection: close\r\n\r\n`,
    ],
    ['OPTIONS of everything', 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['HEAD', 'HEAD /graphql HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['TRACE', 'TRACE /graphql HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    [
      'an expectation',
      'POST /graphql HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}',
    ],
    ['no host, HTTP/1.0', 'GET /graphql HTTP/1.0\r\n\r\n'],
    [
      'a body that is null',
      'POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer KEY\r\nContent-Type: application/json\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnull',
    ],
    [
      'an array',
      'POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer KEY\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]',
    ],
    [
      'query that is a number',
      'POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer KEY\r\nContent-Type: application/json\r\nContent-Length: 11\r\nConnection: close\r\n\r\n{"query":1}',
    ],
    [
      'an operation name that is an object',
      'POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer KEY\r\nContent-Type: application/json\r\nContent-Length: 47\r\nConnection: close\r\n\r\n{"query":"{__typename}","operationName":{"a":1}}',
    ],
    [
      'variables that are a text',
      'POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer KEY\r\nContent-Type: application/json\r\nContent-Length: 40\r\nConnection: close\r\n\r\n{"query":"{__typename}","variables":"x"}',
    ],
    [
      'chunked without length',
      `POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer KEY\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n16\r\n{"query":"{__typename}\r\n2\r\n"}\r\n0\r\n\r\n`,
    ],
  ])(
    '%s',
    async (_, text) => {
      const answer = await raw(text.replace('KEY', key));
      expect(answer).not.toMatch(/^HTTP\/1\.1 5|TIMEOUT|at .*\.(ts|js):\d/);
      expect(answer).toMatch(/^HTTP/);
    },
    10_000,
  );
  it('is still alive after it', async () => {
    expect(await raw('GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 200/);
  });
});
