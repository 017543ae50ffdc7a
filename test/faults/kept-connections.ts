import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface KeptConnections {
  readonly address: string;
  readonly key: string;
  /** Each with a connection of its own, which it keeps for as long as the server lets it. */
  readonly clients: number;
}

export interface KeptTally {
  readonly answered: number;
  /** Answers that came over a connection which had been used before. */
  readonly reused: number;
  /** What became of requests that were not answered with 200. */
  readonly failures: readonly string[];
  /** Readiness as it was seen, each status once, in its order; 0 when there was no answer. */
  readonly readiness: readonly number[];
  /** Answers after readiness was seen to be 503. */
  readonly answeredUnready: number;
}

const look = '{ country(code: "CH") { name } }';
/** A load balancer needs some looks at the readiness, and a moment more. */
const lookEveryMs = 20;
const noticedAfterMs = 300;

/**
 * Clients that ask one request after the other until a load balancer in front of them would send nothing more: some
 * time after the server was seen not to be ready. Whatever fails until then is the server's fault.
 */
export async function askUntilUnready({ address, key, clients }: KeptConnections): Promise<KeptTally> {
  const failures: string[] = [];
  const readiness: number[] = [];
  let [answered, reused, answeredUnready, noticed] = [0, 0, 0, false];
  const headers = { 'X-API-Key': key, 'Content-Type': 'application/json' };

  async function watchReadiness(): Promise<void> {
    while (!noticed) {
      const { status } = await send(`${address}/health/ready`, { agent: new Agent() });
      if (readiness.at(-1) !== status) readiness.push(status);
      await pause(status === 200 ? lookEveryMs : noticedAfterMs);
      noticed = status !== 200;
    }
  }

  async function ask(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!noticed) {
      const isUnready = readiness.at(-1) === 503;
      const answer = await send(`${address}/graphql`, { agent, headers, body: JSON.stringify({ query: look }) });
      if (answer.status !== 200) failures.push(answer.problem);
      else answered++;
      if (answer.status === 200 && answer.reused) reused++;
      if (answer.status === 200 && isUnready) answeredUnready++;
    }
    agent.destroy();
  }

  await Promise.all([watchReadiness(), ...Array.from({ length: clients }, ask)]);
  return { answered, reused, failures, readiness, answeredUnready };
}

interface Sending {
  readonly agent: Agent;
  readonly headers?: Readonly<Record<string, string>>;
  /** A POST when there is one. */
  readonly body?: string;
}

interface Sent {
  readonly status: number;
  readonly reused: boolean;
  readonly problem: string;
}

function send(url: string, { agent, headers = {}, body }: Sending): Promise<Sent> {
  return new Promise((resolve) => {
    const sent = request(url, { method: body === undefined ? 'GET' : 'POST', headers, agent }, (response) => {
      const { statusCode: status = 0 } = response;
      response.resume();
      response.on('end', () => resolve({ status, reused: sent.reusedSocket, problem: `status ${status}` }));
      response.on('error', (error) => resolve({ status: 0, reused: sent.reusedSocket, problem: `cut: ${error}` }));
    });
    sent.on('error', (error) => resolve({ status: 0, reused: sent.reusedSocket, problem: String(error) }));
    sent.end(body);
  });
}
