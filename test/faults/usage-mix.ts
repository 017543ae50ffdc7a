import { type Client, clientOf, NoAnswer } from './writers.ts';

/** A known mix of requests, and what was answered: what usage must say. */
export interface Ledger {
  /** By `key operation outcome client`. */
  readonly answered: Map<string, number>;
  /** When each answer came, in milliseconds of `performance.now()`. */
  readonly times: number[];
}

export interface MixKey {
  readonly name: string;
  readonly id: string;
  readonly key: string;
}

export function newLedger(): Ledger {
  return { answered: new Map(), times: [] };
}

const operations = {
  Names: 'query Names { cities(first: 1) { nodes { name } } }',
  Denied: 'query Denied { cities(first: 1) { nodes { name population } } }',
  '–': '{ nothing }',
} as const;

/** Two clients for each key, until the time is over or the server is gone. */
export async function sendMix(
  api: string,
  keys: readonly MixKey[],
  ledger: Ledger,
  until: () => boolean,
  pauseMs: number,
): Promise<void> {
  await Promise.all(
    keys.flatMap((key) =>
      ['web', 'phone'].map(async (client) => {
        const send = clientOf(api, key.key, { 'GraphQL-Client-Name': client });
        for (let turn = 0; !until(); turn++) {
          const operation = turn % 5 === 4 ? 'Denied' : turn % 7 === 6 ? '–' : 'Names';
          const outcome = await outcomeOf(send, operations[operation]);
          if (outcome === undefined) return;
          // A key that could not be looked up is not known, and its document was not read.
          const [known, asked] = outcome === 'UNAVAILABLE' ? ['–', '–'] : [key.name, operation];
          const name = `${known} ${asked} ${outcome} ${client}`;
          ledger.answered.set(name, (ledger.answered.get(name) ?? 0) + 1);
          ledger.times.push(performance.now());
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
        }
      }),
    ),
  );
}

/** `undefined`: there was no answer. */
async function outcomeOf(send: Client, query: string): Promise<string | undefined> {
  try {
    const { data, errors } = await send(query);
    const code: string | undefined = errors?.[0]?.extensions?.code;
    if (code === undefined) return 'OK';
    if (data !== undefined) return 'ERROR';
    if (code === 'FORBIDDEN') return code;
    if (code.startsWith('GRAPHQL_')) return 'INVALID';
    return code.endsWith('_UNAVAILABLE') ? 'UNAVAILABLE' : code;
  } catch (error) {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  }
}

export interface Counted {
  /** As in the ledger. */
  readonly requests: ReadonlyMap<string, number>;
  /** By key: how often `City.name` was used, and `City.population` denied. */
  readonly fields: ReadonlyMap<string, number>;
}

/** What the management API says of all of it. */
export async function readCounted(admin: Client, keys: readonly MixKey[], interval: string): Promise<Counted> {
  const since = new Date(Date.now() - 3_600_000).toISOString();
  const { data, errors } = await admin(
    `query ($filter: UsageFilter!, $interval: UsageInterval!, $since: DateTime!) {
      usage(filter: $filter, interval: $interval, groupBy: [API_KEY, OPERATION, OUTCOME, CLIENT]) {
        groups(first: 100) { apiKey { id } operationName outcome clientName numbers { requests } } }
      used: fieldUsage(coordinate: "City.name", since: $since) { keys { apiKey { id } uses } }
      denied: fieldUsage(coordinate: "City.population", since: $since) { keys { apiKey { id } denials } } }`,
    { filter: { since, surface: 'API' }, interval, since },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  const nameOf = (apiKey: { id: string } | null) => keys.find(({ id }) => id === apiKey?.id)?.name ?? '–';
  const requests = new Map<string, number>();
  for (const { apiKey, operationName, outcome, clientName, numbers } of data.usage.groups) {
    const name = `${nameOf(apiKey)} ${operationName ?? '–'} ${outcome} ${clientName ?? '–'}`;
    requests.set(name, (requests.get(name) ?? 0) + numbers.requests);
  }
  const fields = new Map<string, number>();
  for (const { apiKey, uses } of data.used.keys) if (uses > 0) fields.set(`${nameOf(apiKey)} used`, uses);
  for (const { apiKey, denials } of data.denied.keys) if (denials > 0) fields.set(`${nameOf(apiKey)} denied`, denials);
  return { requests, fields };
}

/** What the requests say that the fields must be. */
export function fieldsOfRequests(requests: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const fields = new Map<string, number>();
  for (const [name, count] of requests) {
    const [key, operation, outcome] = name.split(' ');
    const kind =
      operation === 'Names' && (outcome === 'OK' || outcome === 'ERROR')
        ? 'used'
        : outcome === 'FORBIDDEN'
          ? 'denied'
          : undefined;
    if (kind !== undefined) fields.set(`${key} ${kind}`, (fields.get(`${key} ${kind}`) ?? 0) + count);
  }
  return fields;
}

/** The first difference, or `undefined`. */
export function difference(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): string | undefined {
  for (const name of new Set([...one.keys(), ...other.keys()])) {
    if (one.get(name) !== other.get(name)) return `${name}: ${one.get(name) ?? 0} and ${other.get(name) ?? 0}`;
  }
  return undefined;
}

export function sumOf(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

/** Keys that may read names of cities, and not their population. */
export async function createMixKeys(admin: Client): Promise<readonly MixKey[]> {
  const { data } = await admin(
    'mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } } }',
    { input: { name: 'Usage', ownerName: 'Ada', ownerEmail: 'ada@example.com' } },
  );
  const applicationId = data.createApplication.application.id;
  return await Promise.all(
    ['one', 'two', 'three'].map(async (name) => {
      const created = await admin(
        'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } key } }',
        {
          input: {
            applicationId,
            name,
            privileges: ['read:Query.cities', 'read:City.name'],
            throttle: {
              maximumAvailable: 1e6,
              restoreRate: 1e6,
              maximumCost: 1000,
              inFlight: 1000,
              requests: { max: 1e6, window: 'PT1M' },
            },
          },
        },
      );
      if (created.errors) throw new Error(JSON.stringify(created.errors));
      const { apiKey, key } = created.data.createApiKey;
      return { name, id: apiKey.id, key };
    }),
  );
}
