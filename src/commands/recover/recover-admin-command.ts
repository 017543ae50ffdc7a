import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hasFirstManagementKey } from '../../administration/first-start/first-management-key.ts';
import { recoverAdministrator } from '../../administration/first-start/recover-administrator.ts';
import type { AdministrationServices } from '../../administration/services.ts';
import { buildManagementSchema } from '../../apis/management/schema.ts';
import { buildPlacesSchema } from '../../apis/places/places-schema.ts';
import { configuredDatabase, configuredPeppers, configuredPlans } from '../../compose/configured.ts';
import { type Config, type Environment, readConfig } from '../../config/read-config.ts';
import type { Database } from '../../db/database.ts';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import { createLogger } from '../../kernel/logger.ts';
import { systemRandom } from '../../kernel/random.ts';
import { StartError } from '../../kernel/start-error.ts';
import { uuidMaker } from '../../kernel/uuid.ts';
import { openPeppers } from '../../keys/open-peppers.ts';
import { compileSchema } from '../../plan/compile-schema/compile-schema.ts';

export interface RecoverWorld {
  readonly environment: Environment;
  readonly readFile: (path: string) => string;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
  readonly clock?: Clock;
  readonly open?: (config: Config) => Promise<Database>;
}

/**
 * Makes a management key with the settings of the server, and prints it: the only time that it is shown. Answers the
 * exit code: 0, or 2 when no key was made.
 */
export async function recoverAdminCommand(world: RecoverWorld): Promise<number> {
  try {
    const answer = readConfig(world.environment, world.readFile);
    if (answer.kind === 'INVALID') throw new StartError(answer.problems.join('; '));
    await recover(world, answer.config);
    world.complain('Keep this key: it is shown once. It may do everything; the audit log names its making.');
    return 0;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    world.complain(`No key was made: ${error.message}`);
    return 2;
  }
}

async function recover({ clock = systemClock, open, print }: RecoverWorld, config: Config): Promise<void> {
  const database = await (open?.(config) ?? openExisting(config));
  try {
    if (!(await hasFirstManagementKey(database))) {
      throw new StartError('no server ever started with this database: the first start makes the first key');
    }
    // At once: whatever goes wrong from here on, the key is there, and nobody else has it.
    print(await recoverAdministrator(await servicesOf(config, database, clock)));
  } finally {
    await database.close();
  }
}

/** Opens what is there, and makes nothing new: a wrong DATA_DIR would get a database of its own. */
async function openExisting(config: Config): Promise<Database> {
  const { DATABASE_URL, DATA_DIR } = config.database;
  if (DATABASE_URL !== undefined) return configuredDatabase(config, createLogger('silent'));
  if (!existsSync(join(DATA_DIR, 'database'))) {
    throw new StartError(`there is no database in DATA_DIR ${DATA_DIR}: expected the settings that the server has`);
  }
  try {
    return await configuredDatabase(config, createLogger('silent'));
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    throw new StartError(
      `${error.message}. An embedded database is open in one process at a time: stop the server, run this again, and start the server`,
      { cause: error },
    );
  }
}

async function servicesOf(config: Config, database: Database, clock: Clock): Promise<AdministrationServices> {
  const { keys } = config;
  return {
    database,
    clock,
    random: systemRandom,
    makeId: uuidMaker(clock, systemRandom),
    peppers: await openPeppers(database, await configuredPeppers(config, systemRandom), clock),
    keyPrefix: keys.KEY_PREFIX,
    importPrefixes: keys.KEY_IMPORT_PREFIXES,
    validity: { defaultMs: keys.KEY_DEFAULT_VALIDITY, maxMs: keys.KEY_MAX_VALIDITY },
    schemas: { API: compileSchema(buildPlacesSchema()), MANAGEMENT: compileSchema(buildManagementSchema()) },
    plans: configuredPlans(config),
    // Nobody waits for a new key: the servers hear of it from the database.
    keyChanges: { committed: () => {}, inForce: async () => ({ instancesAcknowledged: 0, instancesTotal: 0 }) },
  };
}
