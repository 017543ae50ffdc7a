import { setTimeout as pause } from 'node:timers/promises';
import type { ServerProcess } from './stage.ts';

export interface RevokeOptions {
  /** Which server is asked. */
  readonly by: number;
  readonly justBefore?: () => Promise<void>;
  /** As soon as the receipt is there. */
  readonly afterwards?: () => Promise<void>;
  /** How long requests go on after the receipt. */
  readonly watchedForMs?: number;
}

export interface Revocation {
  /** From sending the mutation to its receipt. */
  readonly tookMs: number;
  readonly acknowledged: number;
  readonly total: number;
  readonly successesBefore: number;
  /** Requests that began after the receipt had arrived, on each server. */
  readonly beganAfter: readonly number[];
  /** How many of them succeeded. */
  readonly successesAfter: number;
}

interface Seen {
  readonly server: number;
  readonly beganAt: number;
  readonly succeeded: boolean;
}

/** So that one request that hangs hides no other. */
const clientsEach = 2;
const document = '{ viewer { apiKey { name } } }';
const throttle = {
  maximumAvailable: 1e6,
  restoreRate: 1e6,
  maximumCost: 1000,
  inFlight: 1000,
  requests: { max: 900_000, window: 'PT1H' },
};

export async function revoker(servers: readonly ServerProcess[], adminKey: string) {
  const application = await mutate(0, 'createApplication', '{ application { id } }', {
    name: 'Fault',
    ownerName: 'Ada',
    ownerEmail: 'ada@example.com',
  });

  /** On a machine that is busy with something else the database may not answer in time: then it is asked again. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of known documents
  async function mutate(by: number, field: string, selection: string, input: object, attempt = 1): Promise<any> {
    const query = `mutation ($input: ${field[0]?.toUpperCase()}${field.slice(1)}Input!) { ${field}(input: $input) ${selection} }`;
    const response = await fetch(servers[by]?.management ?? '', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-API-Key': adminKey },
      body: JSON.stringify({ query, variables: { input } }),
      signal: AbortSignal.timeout(15_000),
    });
    const { data, errors } = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown };
    if (data && !errors) return data[field];
    if (attempt < 5 && JSON.stringify(errors).includes('DATABASE_UNAVAILABLE')) {
      return mutate(by, field, selection, input, attempt + 1);
    }
    throw new Error(`${field}: ${JSON.stringify(errors)}`);
  }

  async function succeeds(server: number, key: string): Promise<boolean> {
    try {
      const response = await fetch(servers[server]?.api ?? '', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
        body: JSON.stringify({ query: document }),
        signal: AbortSignal.timeout(8000),
      });
      const body = (await response.json()) as { data?: { viewer?: unknown } };
      return response.status === 200 && body.data?.viewer !== undefined;
    } catch {
      return false;
    }
  }

  /** Asks a server with the key until told to stop. */
  function load(server: number, key: string, seen: Seen[]): () => Promise<void> {
    let stops = false;
    const client = async () => {
      while (!stops) {
        const beganAt = performance.now();
        seen.push({ server, beganAt, succeeded: await succeeds(server, key) });
        await pause(20);
      }
    };
    const clients = Array.from({ length: clientsEach }, client);
    return async () => {
      stops = true;
      await Promise.all(clients);
    };
  }

  async function revokeUnderLoad({
    by,
    justBefore,
    afterwards,
    watchedForMs = 150,
  }: RevokeOptions): Promise<Revocation> {
    const created = await mutate(by, 'createApiKey', '{ key apiKey { id } }', {
      applicationId: application.application.id,
      name: 'fault',
      privileges: ['read:*'],
      throttle,
    });
    const seen: Seen[] = [];
    const stops = servers.map((_, server) => load(server, created.key, seen));
    const worksOn = (server: number) => seen.some((one) => one.server === server && one.succeeded);
    for (let waited = 0; !servers.every((_, server) => worksOn(server)); waited += 5) {
      if (waited > 10_000) throw new Error('the key does not work on every server');
      await pause(5);
    }
    await pause(50);
    await justBefore?.();
    const beganAt = performance.now();
    const { receipt } = await mutate(
      by,
      'revokeApiKey',
      '{ receipt { effectiveAt instancesAcknowledged instancesTotal } }',
      { id: created.apiKey.id },
    );
    const receiptAt = performance.now();
    // These begin with certainty after it, on every server.
    const probes = servers.map(async (_, server) => {
      const probedAt = performance.now();
      seen.push({ server, beganAt: probedAt, succeeded: await succeeds(server, created.key) });
    });
    await Promise.all([afterwards?.(), pause(watchedForMs)]);
    await Promise.all([...stops.map((stop) => stop()), ...probes]);
    const after = seen.filter((one) => one.beganAt > receiptAt);
    return {
      tookMs: receiptAt - beganAt,
      acknowledged: receipt.instancesAcknowledged,
      total: receipt.instancesTotal,
      successesBefore: seen.filter((one) => one.beganAt <= receiptAt && one.succeeded).length,
      beganAfter: servers.map((_, server) => after.filter((one) => one.server === server).length),
      successesAfter: after.filter(({ succeeded }) => succeeded).length,
    };
  }

  /** Waits until every server answers again. */
  async function settleDown(): Promise<void> {
    for (const server of servers.keys()) {
      for (let attempt = 0; attempt < 100; attempt++) {
        const response = await fetch(servers[server]?.management ?? '', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'X-API-Key': adminKey },
          body: JSON.stringify({ query: document }),
          signal: AbortSignal.timeout(10_000),
        }).catch(() => undefined);
        if (response?.status === 200) break;
        await pause(100);
      }
    }
  }

  return { revokeUnderLoad, settleDown };
}
