import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { rawRequest } from '../support/raw-request.ts';
import { openTestApp } from '../support/test-app.ts';
import { samplesOf } from '../telemetry/samples.ts';

/** Whose body is read: it is known who asks. */
const chunkedWith = (key: string, chunks: string) =>
  `POST /graphql HTTP/1.1\r\nHost: a\r\nX-API-Key: ${key}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`;

it('is no fault of the server when a client leaves in the middle of its body, and is counted as that', async () => {
  const token = 'a-token-for-prometheus';
  const test = await openTestApp({ environment: { METRICS_TOKEN: token } });
  const { port } = new URL((await test.app.listen()).api);
  const socket = connect(Number(port), '127.0.0.1');
  const left = () => test.log.some((line) => line.includes('the client left'));
  const seen = () => fetchMetrics().then((samples) => samples.get('fieldpass_requests_in_flight') === 1);
  async function fetchMetrics() {
    const response = await test.fetch('/metrics', { headers: { Authorization: `Bearer ${token}` } });
    return samplesOf(await response.text());
  }
  socket.write(chunkedWith(test.demoKey, '5\r\nhello\r\n'));
  await expect.poll(seen).toBe(true);
  socket.destroy();
  await expect.poll(left).toBe(true);
  const samples = await fetchMetrics();
  await test.close();
  expect(test.log.filter((line) => line.includes('"level":50') || line.includes('"status":500'))).toEqual([]);
  const counted = [...samples.keys()].filter((name) => name.startsWith('fieldpass_requests_total'));
  expect(counted).toEqual(['fieldpass_requests_total{surface="API",operation_type="none",outcome="CLIENT_LEFT"}']);
  expect([...samples.keys()].filter((name) => name.includes('INTERNAL_SERVER_ERROR'))).toEqual([]);
});

it('is none either when a body breaks, alone or behind another request, and the log tells of no failure', async () => {
  const test = await openTestApp();
  const port = Number(new URL((await test.app.listen()).api).port);
  const broken = chunkedWith(test.demoKey, '5\r\nhello\r\nZZ\r\n');
  expect((await rawRequest(port, broken)).status).toBe(400);
  for (const path of ['/health/live', '/health/ready', '/nothing']) {
    const { text } = await rawRequest(port, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n${broken}`);
    // What was answered before the other one was parsed leaves an answer to it.
    expect(text).toMatch(path === '/nothing' ? /^HTTP\/1.1 404/ : /^HTTP\/1.1 200/);
  }
  await test.close();
  expect(test.log.filter((line) => /"level":50|"status":500/.test(line))).toEqual([]);
});
