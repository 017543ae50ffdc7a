import { type ExecutionResult, type GraphQLSchema, graphql, parse, subscribe } from 'graphql';
import type { PlacesContext } from '../../../src/apis/places/places-context.ts';
import { createPlacesServices, type PlacesServices } from '../../../src/apis/places/places-services.ts';
import { encodeGlobalId } from '../../../src/apis/shared/global-id.ts';
import type { Database } from '../../../src/db/database.ts';
import { createTurn } from '../../../src/db/turn.ts';
import { invariant } from '../../../src/kernel/invariant.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import { uuidMaker } from '../../../src/kernel/uuid.ts';
import type { ApiKeyRecord } from '../../../src/keys/api-key.ts';
import type { Access } from '../../../src/privileges/access.ts';
import { testClock } from '../../support/test-clock.ts';

export const everything: Access = { hash: '*', has: () => true, allows: () => true, sees: () => true };

/** Access to all fields of all types but these. */
export function everythingBut(...types: readonly string[]): Access {
  const sees = (type: string) => !types.includes(type);
  return { hash: types.join(), has: () => true, allows: (_verb, type) => sees(type), sees };
}

export const apiKey: ApiKeyRecord = {
  id: '01900000-0000-7000-8000-000000000001',
  publicId: 'abcdefghijkl',
  name: 'test',
  environment: 'TEST',
  type: 'API',
  applicationScope: 'OWN',
  application: {
    id: '01900000-0000-7000-8000-000000000002',
    name: 'Atlas',
    ownerName: 'Ada',
    status: 'ACTIVE',
    plan: undefined,
    throttle: undefined,
  },
  privileges: ['*'],
  roles: [],
  grantable: undefined,
  onDenied: 'REJECT',
  plan: undefined,
  throttle: undefined,
  restrictions: undefined,
  expiresAt: undefined,
  notBefore: undefined,
  disabledAt: undefined,
  revokedAt: undefined,
  deletedAt: undefined,
  createdAt: Date.UTC(2026, 0, 2),
  version: 1,
};

export function placesServices(database: Database): PlacesServices {
  const clock = testClock();
  return createPlacesServices(database, {
    clock,
    makeId: uuidMaker(clock, systemRandom),
    cursorSecret: new Uint8Array(32).fill(7),
  });
}

export function placesContext(places: PlacesServices, access: Access = everything): PlacesContext {
  return {
    requestId: 'test',
    apiKey,
    secretStatus: 'ACTIVE',
    access,
    clientAddress: '192.0.2.1',
    usablePrivileges: () => ['read:City.name'],
    ownUsage: () => undefined,
    budget: async () => ({
      maximumAvailable: 1000,
      currentlyAvailable: 990,
      restoreRate: 50,
      maximumCost: 500,
      requestedQueryCost: 10,
      resetAt: Date.UTC(2026, 10, 24, 12, 0, 1),
    }),
    places: places.within(createTurn(['test'])),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, whatever they are
export type Answer = { data: any; codes: (string | undefined)[]; messages: string[] };

export function answerOf({ data, errors = [] }: ExecutionResult): Answer {
  return {
    // Without the null prototypes of graphql-js.
    data: data && JSON.parse(JSON.stringify(data)),
    codes: errors.map(({ extensions }) => extensions['code'] as string | undefined),
    messages: errors.map(({ message }) => message),
  };
}

export type PlacesClient = (source: string, variables?: object, access?: Access) => Promise<Answer>;

/** Executes without the gate: what the resolvers do when everything is allowed. */
export function placesClient(schema: GraphQLSchema, places: PlacesServices): PlacesClient {
  return async (source, variables = {}, access = everything) =>
    answerOf(
      await graphql({
        schema,
        source,
        variableValues: variables as Record<string, unknown>,
        contextValue: placesContext(places, access),
      }),
    );
}

export async function subscribeTo(schema: GraphQLSchema, places: PlacesServices, source: string) {
  const stream = await subscribe({ schema, document: parse(source), contextValue: placesContext(places) });
  invariant(Symbol.asyncIterator in stream, `the subscription was refused: ${JSON.stringify(stream)}`);
  return stream;
}

/** The global id of a city of GeoNames. */
export function cityGlobalId(geonameId: number): string {
  return encodeGlobalId('City', `67656f6e-616d-8573-8000-${geonameId.toString(16).padStart(12, '0')}`);
}
