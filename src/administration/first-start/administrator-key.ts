import { eq } from 'drizzle-orm';
import { application, instanceSetting } from '../../db/schema/index.ts';
import type { KeyToken } from '../../keys/token/key-token.ts';
import { insertKey } from '../api-keys/insert-key.ts';
import { insertApplication } from '../applications/store-application.ts';
import type { Change } from '../change.ts';
import type { AdministrationServices } from '../services.ts';

/** Of a management key that no other key makes. */
export interface AdministratorKey {
  readonly name: string;
  readonly note: string | null;
}

/**
 * Stores a key that may do everything, on every application, for ever. All such keys belong to one application; when
 * that one does not work any more, to a new one. Answers the key's text.
 */
export async function insertAdministrator(
  services: AdministrationServices,
  change: Change,
  token: KeyToken,
  { name, note }: AdministratorKey,
): Promise<string> {
  return insertKey(
    services,
    change,
    {
      id: services.makeId(),
      applicationId: await administration(services, change),
      name,
      type: 'MANAGEMENT',
      environment: token.environment,
      applicationScope: 'ALL',
      privileges: ['*'],
      grantable: ['*'],
      roleIds: [],
      plan: null,
      throttle: null,
      expiresAt: null,
      notBefore: null,
      note,
      externalId: null,
      metadata: null,
      createdBy: null,
    },
    token,
  );
}

const applicationSetting = 'administration_application';

async function administration(services: AdministrationServices, change: Change): Promise<string> {
  const { within, now } = change;
  const ofSetting = eq(instanceSetting.name, applicationSetting);
  const [known] = await within.select().from(instanceSetting).where(ofSetting);
  if (known && (await works(change, String(known.value)))) return String(known.value);
  const values = {
    name: 'Administration',
    ownerName: 'The administrator of this server',
    ownerEmail: 'admin@localhost',
  };
  const id = services.makeId();
  await insertApplication(change, id, values);
  if (known) await within.update(instanceSetting).set({ value: id, updatedAt: now }).where(ofSetting);
  else await within.insert(instanceSetting).values({ name: applicationSetting, value: id, updatedAt: now });
  return id;
}

async function works({ within }: Change, id: string): Promise<boolean> {
  const [found] = await within.select({ status: application.status }).from(application).where(eq(application.id, id));
  return found?.status === 'ACTIVE';
}
