import { eq } from 'drizzle-orm';
import { instanceSetting } from '../../db/schema/index.ts';
import { insertKey } from '../api-keys/insert-key.ts';
import { insertApplication } from '../applications/store-application.ts';
import { changeBySystem } from '../change.ts';
import type { AdministrationServices } from '../services.ts';

export interface DemoKeyOptions {
  /** As for the first management key: before the commit. */
  readonly deliver: (key: string) => Promise<void>;
}

const madeSetting = 'demo_key';

/**
 * Makes, once in the life of a database, an application and a test key that reads countries and cities, and where they
 * are, for the first look at the built-in API. Answers the key's text, or `undefined` when an earlier start made it.
 */
export async function demoKey(
  services: AdministrationServices,
  { deliver }: DemoKeyOptions,
): Promise<string | undefined> {
  return changeBySystem(services, async (change) => {
    const { within, now } = change;
    const made = await within.select().from(instanceSetting).where(eq(instanceSetting.name, madeSetting));
    if (made.length > 0) return undefined;
    const owner = { name: 'Demo', ownerName: 'The administrator of this server', ownerEmail: 'admin@localhost' };
    const applicationId = services.makeId();
    await insertApplication(change, applicationId, owner);
    const key = await insertKey(services, change, {
      id: services.makeId(),
      applicationId,
      name: 'Demo key',
      type: 'API',
      environment: 'TEST',
      applicationScope: 'OWN',
      privileges: ['read:Query', 'read:Country', 'read:City', 'read:Location'],
      grantable: null,
      roleIds: [],
      plan: null,
      throttle: null,
      expiresAt: services.validity.maxMs === undefined ? null : now + services.validity.maxMs,
      notBefore: null,
      note: null,
      externalId: null,
      metadata: null,
      createdBy: null,
    });
    await within.insert(instanceSetting).values({ name: madeSetting, value: true, updatedAt: now });
    await deliver(key);
    return key;
  });
}
