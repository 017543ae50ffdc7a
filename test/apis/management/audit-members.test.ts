import { expect, test } from 'vitest';
import { updateApiKey } from '../../../src/administration/api-keys/update-api-key.ts';
import { createApplication } from '../../../src/administration/applications/create-application.ts';
import { deleteApplication } from '../../../src/administration/applications/delete-application.ts';
import { updateApplication } from '../../../src/administration/applications/update-application.ts';
import { registerDocuments } from '../../../src/administration/documents/register-documents.ts';
import { reportLeakedApiKeys } from '../../../src/administration/exposure/report-leaked-api-keys.ts';
import { importApiKeys } from '../../../src/administration/import/import-api-keys.ts';
import { deleteApiKey, undeleteWindowMs } from '../../../src/administration/lifecycle/delete-api-key.ts';
import { disableApiKey } from '../../../src/administration/lifecycle/disable-api-key.ts';
import { enableApiKey } from '../../../src/administration/lifecycle/enable-api-key.ts';
import { revokeApiKey } from '../../../src/administration/lifecycle/revoke-api-key.ts';
import { undeleteApiKey } from '../../../src/administration/lifecycle/undelete-api-key.ts';
import { purgeDeletedKeys } from '../../../src/administration/purge/purge-deleted-keys.ts';
import { createRole } from '../../../src/administration/roles/create-role.ts';
import { deleteRole } from '../../../src/administration/roles/delete-role.ts';
import { updateRole } from '../../../src/administration/roles/update-role.ts';
import { secretActivator } from '../../../src/administration/rotation/activate-secret.ts';
import { cancelApiKeyRotation } from '../../../src/administration/rotation/cancel-api-key-rotation.ts';
import { rotateApiKey } from '../../../src/administration/rotation/rotate-api-key.ts';
import { shownMembers } from '../../../src/apis/management/audit/shown-members.ts';
import { auditActions } from '../../../src/audit/audit-entry.ts';
import type { Database } from '../../../src/db/database.ts';
import { auditEvent } from '../../../src/db/schema/index.ts';
import { day, useWorld, type World } from '../../administration/support.ts';

let database: Database;
let world: World;
useWorld((opened) => {
  ({ database, world } = opened);
});

test('whatever an event shows of a change is declared as something that has to be readable', async () => {
  const { services, root, clock } = world;
  const texts = { note: 'n', externalId: 'x', metadata: { a: 1 } };
  const limits = { plan: 'PRO', throttle: { maximumCost: 5 } };
  const owner = { name: 'Atlas', ownerName: 'Ada', ownerEmail: 'ada@example.com' };
  const { id: applicationId } = await createApplication(services, root, { ...owner, ...texts, ...limits });
  await updateApplication(services, root, { id: applicationId, leakPolicy: 'ALERT', plan: null, status: 'DISABLED' });
  await updateApplication(services, root, { id: applicationId, leakPolicy: 'DISABLE', status: 'ACTIVE' });
  const role = await createRole(services, root, { name: 'R', type: 'API', privileges: ['read:City'], note: 'n' });
  await updateRole(services, root, { id: role.id, addPrivileges: ['read:Country'], note: 'm', name: 'S' });

  const settings = {
    ...texts,
    ...limits,
    roleIds: [role.id],
    onDenied: 'NULL',
    enforcement: { privileges: 'MEASURE', throttle: 'ENFORCE' },
    restrictions: { server: { allowedIps: ['192.0.2.0/24'] } },
  } as const;
  const { apiKey } = await world.key({ applicationId, ...settings, notBefore: clock.now() });
  const { id } = apiKey;
  const cleared = { note: null, externalId: null, metadata: null, plan: null, throttle: null, restrictions: null };
  const changed = {
    ...cleared,
    name: 'B',
    addPrivileges: ['read:City.id'],
    roleIds: [],
    onDenied: null,
    enforcement: null,
  };
  await updateApiKey(services, root, { id, ...changed, expiresAt: clock.now() + day, notBefore: null });
  const manager = await world.key({ applicationId, type: 'MANAGEMENT', privileges: ['*'], grantable: ['read:City'] });
  await updateApiKey(services, root, { id: manager.apiKey.id, grantable: null, applicationScope: 'ALL' });
  await importApiKeys(services, root, {
    applicationId,
    environment: 'LIVE',
    ...settings,
    privileges: ['read:City'],
    keys: [{ name: 'I', hash: 'ab'.repeat(32), algorithm: 'SHA256', prefix: 'sk_live_', note: 'n' }],
  });
  await disableApiKey(services, root, { id, reason: 'r' });
  await enableApiKey(services, root, { id });
  const rotation = { id, gracePeriodMs: 1000, activation: 'FIRST_USE', deadlineMs: day } as const;
  await rotateApiKey(services, root, rotation);
  await cancelApiKeyRotation(services, root, { id });
  const { key = '' } = await rotateApiKey(services, root, rotation);
  const pending = await world.resolver.resolve(key);
  if (pending.kind !== 'ACTIVE') throw new Error('the new secret does not work');
  await secretActivator(services)(pending.key, pending.secret);
  await reportLeakedApiKeys(services, root, { keys: [key] });
  await deleteApiKey(services, root, { id, reason: 'r' });
  await undeleteApiKey(services, root, { id, keepSecret: false });
  await revokeApiKey(services, root, { id, reason: 'r', descendants: 'KEEP' });
  await deleteApiKey(services, root, { id, reason: 'r' });
  clock.advance(undeleteWindowMs);
  await purgeDeletedKeys(services, clock.now());
  await registerDocuments(services, root, { documents: ['{ city { name } }'] }, async () => [[]]);
  await deleteRole(services, root, { id: role.id });
  await deleteApplication(services, root, { id: applicationId, reason: 'r' });

  const events = await database.queries.select().from(auditEvent);
  expect(new Set(events.map(({ action }) => action))).toEqual(new Set(auditActions));
  const undeclared = events.flatMap(({ action, targetType, before, after }) =>
    [before, after]
      .flatMap((state) => Object.keys(state ?? {}))
      .filter((name) => !Object.hasOwn(shownMembers[targetType as keyof typeof shownMembers], name))
      .map((name) => `${action}: ${name}`),
  );
  expect([...new Set(undeclared)]).toEqual([]);
});
