import { join } from 'node:path';
import { demoKey } from '../administration/first-start/demo-key.ts';
import { firstManagementKey } from '../administration/first-start/first-management-key.ts';
import { writeKeyFile } from '../administration/first-start/write-key-file.ts';
import type { AdministrationServices } from '../administration/services.ts';
import type { Config } from '../config/read-config.ts';

/** The texts of the keys that this start made; undefined for a key that was there before, or was given. */
export interface FirstKeys {
  readonly admin: string | undefined;
  readonly demo: string | undefined;
}

/** A key's text is in its file (mode 0600) before its row is committed: a process that dies between them locks nobody out. */
export async function makeFirstKeys(
  services: AdministrationServices,
  { keys, database: { DATA_DIR } }: Config,
): Promise<FirstKeys> {
  const admin = await firstManagementKey(services, {
    given: keys.FIELDPASS_ADMIN_KEY,
    deliver: (key) => writeKeyFile(join(DATA_DIR, 'admin.key'), key),
  });
  const demo = await demoKey(services, { deliver: (key) => writeKeyFile(join(DATA_DIR, 'demo.key'), key) });
  return { admin: admin.kind === 'MADE' ? admin.key : undefined, demo };
}
