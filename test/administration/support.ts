import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import type { CreateApiKeyInput } from '../../src/administration/api-keys/api-key-input.ts';
import { type CreatedApiKey, createApiKey } from '../../src/administration/api-keys/create-api-key.ts';
import { createApplication } from '../../src/administration/applications/create-application.ts';
import { firstManagementKey } from '../../src/administration/first-start/first-management-key.ts';
import type { AdministrationServices, Caller } from '../../src/administration/services.ts';
import type { ApplicationDetails } from '../../src/applications/application-details.ts';
import type { Database } from '../../src/db/database.ts';
import { codeOf } from '../../src/kernel/errors.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { uuidMaker } from '../../src/kernel/uuid.ts';
import type { ApiKeyRecord } from '../../src/keys/api-key.ts';
import { type KeyResolver, startKeyResolver } from '../../src/keys/resolve/key-resolver.ts';
import { onePepper } from '../../src/keys/token/secret-hash.ts';
import { defaultPlans } from '../../src/throttle/plans.ts';
import { stoppedClock } from '../keys/support.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { testSchemas } from './schemas.ts';

export const day = 86_400_000;

export interface World {
  readonly services: AdministrationServices;
  readonly clock: ReturnType<typeof stoppedClock>;
  readonly resolver: KeyResolver;
  /** The first management key: may do everything. */
  readonly root: Caller;
  readonly rootText: string;
  as(key: ApiKeyRecord): Caller;
  application(): Promise<ApplicationDetails>;
  /** A key with defaults, made by `caller` (the first key without). */
  key(input: Partial<CreateApiKeyInput>, caller?: Caller): Promise<CreatedApiKey>;
}

/** Hands over a world on a database of its own before the tests of a file or a group, and closes both after them. */
export function useWorld(take: (opened: { readonly database: Database; readonly world: World }) => void): void {
  let close = async (): Promise<void> => {};
  beforeAll(async () => {
    const database = await openTestDatabase();
    const world = await openWorld(database);
    close = async () => {
      await world.resolver.close();
      await database.close();
    };
    take({ database, world });
  });
  afterAll(() => close());
}

/** Everything that use cases need, on a real database, with a clock that stands still. */
export async function openWorld(database: Database): Promise<World> {
  const clock = stoppedClock(Date.parse('2026-11-25T00:00:00Z'));
  const peppers = onePepper(new Uint8Array(32).fill(5));
  const resolver = await startKeyResolver({
    database,
    clock,
    logger: createLogger('silent'),
    instanceId: randomUUID(),
    peppers,
    prefix: 'fieldpass',
    environments: ['LIVE', 'TEST'],
  });
  const services: AdministrationServices = {
    database,
    clock,
    random: systemRandom,
    makeId: uuidMaker(clock, systemRandom),
    peppers,
    keyPrefix: 'fieldpass',
    importPrefixes: ['sk_live_'],
    validity: { defaultMs: 90 * day, maxMs: 366 * day },
    schemas: testSchemas(),
    plans: defaultPlans,
    keyChanges: resolver,
  };
  let rootText = '';
  const first = await firstManagementKey(services, {
    given: undefined,
    deliver: async (text) => {
      rootText = text;
    },
  });
  const resolution = await resolver.resolve(rootText);
  if (first.kind !== 'MADE' || resolution.kind !== 'ACTIVE') throw new Error('the first key does not work');
  const as = (key: ApiKeyRecord): Caller => ({
    key,
    secretStatus: 'ACTIVE',
    address: '192.0.2.1',
    requestId: 'test-request',
  });
  const root = as(resolution.key);
  const application = () =>
    createApplication(services, root, { name: 'Atlas', ownerName: 'Ada', ownerEmail: 'ada@example.com' });
  return {
    services,
    clock,
    resolver,
    root,
    rootText,
    as,
    application,
    key: async (input, caller = root) =>
      createApiKey(services, caller, {
        applicationId: input.applicationId ?? (await application()).id,
        name: 'A key',
        type: 'API',
        environment: 'LIVE',
        privileges: ['read:City'],
        ...input,
      }),
  };
}

/** The code that a use case refused with, or `DONE`. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'DONE';
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return code;
  }
}
