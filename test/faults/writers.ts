import { request } from 'node:http';

// biome-ignore lint/suspicious/noExplicitAny: answers of known documents
type Body = any;
export type Client = (query: string, variables?: object) => Promise<Body>;

/** The connection ended before a whole answer was there. */
export class NoAnswer extends Error {
  /** Some of the answer had come. */
  readonly cut: boolean;

  constructor(cause: unknown, cut: boolean) {
    super('no answer', { cause });
    this.cut = cut;
  }
}

/** Each request on a connection of its own: one that is reused can be closed while it is asked again. */
export function clientOf(address: string, key: string, more: Readonly<Record<string, string>> = {}): Client {
  return (query, variables) =>
    new Promise((resolve, reject) => {
      const headers = { 'Content-Type': 'application/json', 'X-API-Key': key, ...more };
      const url = address.endsWith('/graphql') ? address : `${address}/graphql`;
      const sent = request(url, { method: 'POST', headers, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(JSON.parse(text)));
        response.on('error', (error) => reject(new NoAnswer(error, true)));
      });
      sent.on('error', (error) => reject(new NoAnswer(error, false)));
      sent.end(JSON.stringify({ query, variables }));
    });
}

const unlimited = {
  maximumAvailable: 1e6,
  restoreRate: 1e6,
  maximumCost: 1000,
  inFlight: 1000,
  requests: { max: 1e6, window: 'PT1M' },
};

/** A key that may do everything, as much as it wants. */
export async function createKey(address: string, adminKey: string): Promise<string> {
  const admin = clientOf(`${address}/admin/graphql`, adminKey);
  const { data } = await admin(
    'mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } } }',
    { input: { name: 'Faults', ownerName: 'Ada', ownerEmail: 'ada@example.com' } },
  );
  const created = await admin('mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }', {
    input: {
      applicationId: data.createApplication.application.id,
      name: 'faults',
      privileges: ['*'],
      throttle: unlimited,
    },
  });
  return created.data.createApiKey.key;
}

export interface Written {
  readonly id: string;
  readonly name: string;
}

export interface Writing {
  readonly address: string;
  readonly key: string;
  /** Names of the cities begin with it. */
  readonly name: string;
  readonly writers: number;
}

/** Clients that create one city after the other until the server is gone. @param onWritten gets how many were acknowledged */
export async function write(
  { address, key, name, writers }: Writing,
  onWritten: (soFar: number) => void,
): Promise<{ readonly written: readonly Written[]; readonly cut: number }> {
  const client = clientOf(address, key);
  const written: Written[] = [];
  let [next, cut] = [0, 0];
  const writer = async (): Promise<void> => {
    for (;;) {
      const input = { name: `${name} ${next++}`, countryCode: 'CH', latitude: 47, longitude: 8 };
      try {
        const { data, errors } = await client(
          'mutation ($input: CreateCityInput!) { createCity(input: $input) { city { id } } }',
          { input },
        );
        if (errors) throw new Error(JSON.stringify(errors));
        written.push({ id: data.createCity.city.id, name: input.name });
        onWritten(written.length);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (error.cut) cut++;
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  return { written, cut };
}
