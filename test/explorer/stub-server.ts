import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { createSchema, createYoga, type Plugin, Repeater } from 'graphql-yoga';
import type { Explorer, ExplorerSurface } from '../../src/explorer/serve-explorer.ts';

/** Keys that the stub knows. `narrow` has no privilege on `City.population` and none on `Query.citiesNear`. */
export const stubKeys = {
  wide: 'fieldpass_test_wide',
  narrow: 'fieldpass_test_narrow',
  throttled: 'fieldpass_test_throttled',
} as const;

export interface StubServer {
  readonly origin: string;
  /** Credentials of every GraphQL request, in order. */
  readonly credentials: readonly (string | undefined)[];
  /** Subscriptions that are open. */
  openStreams(): number;
  close(): Promise<void>;
}

/** A real Yoga server that gives each key its own schema and serves the page, with none of Fieldpass's rooms. */
export async function startStubServer(explorer: Explorer): Promise<StubServer> {
  const credentials: (string | undefined)[] = [];
  const streams = { open: 0 };
  const yoga = createYoga({
    schema: ({ request }) =>
      keyOf(request) === stubKeys.narrow ? schemaOf('narrow', streams) : schemaOf('wide', streams),
    graphqlEndpoint: '*',
    graphiql: false,
    landingPage: false,
    logging: false,
    plugins: [refuse(credentials), reportCost],
  });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const surface: ExplorerSurface = pathname.startsWith('/admin') ? 'MANAGEMENT' : 'API';
    const wantsPage = request.method === 'GET' && request.headers.accept?.includes('text/html');
    const asset = explorer.asset(pathname, String(request.headers['accept-encoding'] ?? ''));
    const answer = asset ?? (wantsPage ? explorer.page(surface) : undefined);
    if (!answer) return void yoga(request, response);
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    Readable.fromWeb(answer.body as ReadableStream).pipe(response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    credentials,
    openStreams: () => streams.open,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function keyOf(request: Request): string | undefined {
  return request.headers.get('x-api-key') ?? request.headers.get('authorization')?.replace('Bearer ', '');
}

function refuse(credentials: (string | undefined)[]): Plugin {
  const refusal = (status: number, code: string, message: string, extensions = {}, headers = {}) =>
    Response.json({ errors: [{ message, extensions: { code, ...extensions } }] }, { status, headers });
  return {
    async onRequest({ request, endResponse }) {
      const key = keyOf(request);
      credentials.push(key);
      const known: readonly (string | undefined)[] = Object.values(stubKeys);
      if (!known.includes(key)) endResponse(refusal(401, 'API_KEY_INVALID', 'The key is not valid.'));
      const introspects = (await request.clone().text()).includes('IntrospectionQuery');
      if (key === stubKeys.throttled && !introspects) {
        const cost = { requestedQueryCost: 12, throttleStatus: throttleStatus(3) };
        if (request.headers.get('accept') === 'text/event-stream') {
          // As Yoga answers a refused subscription: the status of the refusal, and one event.
          const body = { errors: [{ message: 'Throttled.', extensions: { code: 'THROTTLED', cost } }] };
          const headers = { 'Content-Type': 'text/event-stream', 'Retry-After': '9' };
          const events = `:\n\nevent: next\ndata: ${JSON.stringify(body)}\n\nevent: complete\ndata:\n\n`;
          return endResponse(new Response(events, { status: 429, headers }));
        }
        endResponse(refusal(429, 'THROTTLED', 'Throttled.', { cost, retryAfterMs: 7000 }, { 'Retry-After': '7' }));
      }
    },
  };
}

const throttleStatus = (currentlyAvailable: number) => ({
  maximumAvailable: 1000,
  currentlyAvailable,
  restoreRate: 50,
});

const reportCost: Plugin = {
  onExecute: () => ({
    onExecuteDone({ result, setResult }) {
      if (Symbol.asyncIterator in result) return;
      const cost = { requestedQueryCost: 14, actualQueryCost: 12, throttleStatus: throttleStatus(954) };
      setResult({ ...result, extensions: { cost } });
    },
  }),
};

const cityOf = (name: string, population: number) => ({
  id: name,
  name,
  population,
  country: { code: 'PT', name: 'Portugal' },
});
const cities = [cityOf('Lisbon', 517_802), cityOf('Porto', 249_633)];

function schemaOf(view: 'wide' | 'narrow', streams: { open: number }) {
  const wide = view === 'wide';
  return createSchema({
    typeDefs: /* GraphQL */ `
      type Query {
        viewer: Viewer!
        country(code: String!): Country
        ${wide ? 'citiesNear(latitude: Float!, longitude: Float!, radiusKm: Float!, first: Int = 10): [City!]!' : ''}
      }
      type Viewer { apiKey: ViewerApiKey! privileges: [String!]! }
      type ViewerApiKey { name: String! publicId: String! }
      type Country { code: String! name: String! cities(first: Int, after: String): CityConnection! }
      type CityConnection { nodes: [City!]! pageInfo: PageInfo! }
      type PageInfo { hasNextPage: Boolean! endCursor: String }
      type City { id: ID! name: String! country: Country! ${wide ? 'population: Int' : ''} }
      type Mutation { renameCity(name: String!): City }
      type Subscription { cityChanged: City! }
    `,
    resolvers: {
      Query: {
        viewer: () => ({ apiKey: { name: view, publicId: 'abc' }, privileges: ['read:Country.name'] }),
        country: (_root: unknown, { code }: { code: string }) => ({ code, name: 'Portugal' }),
        ...(wide ? { citiesNear: () => cities } : {}),
      },
      Country: { cities: () => ({ nodes: cities, pageInfo: { hasNextPage: false } }) },
      Subscription: {
        cityChanged: {
          // After two events nothing happens until the subscriber leaves.
          subscribe: () =>
            new Repeater(async (push, stop) => {
              streams.open += 1;
              for (const city of cities) await push({ cityChanged: city });
              await stop;
              streams.open -= 1;
            }),
        },
      },
    },
  });
}
