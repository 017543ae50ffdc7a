import { databaseSettings } from './database.ts';
import { keySettings } from './keys.ts';
import { limitSettings } from './limits.ts';
import { serverSettings } from './server.ts';
import { telemetrySettings } from './telemetry.ts';
import { throttleSettings } from './throttle.ts';
import { usageSettings } from './usage.ts';
import { webhookSettings } from './webhooks.ts';

/** All settings, a section a concern, in the order of the documentation. */
export const sections = {
  server: serverSettings,
  database: databaseSettings,
  keys: keySettings,
  limits: limitSettings,
  throttle: throttleSettings,
  usage: usageSettings,
  webhooks: webhookSettings,
  telemetry: telemetrySettings,
};

/** Settings whose value is a secret: never echoed, and readable from a file named by `<NAME>_FILE`. */
export const secretNames: ReadonlySet<string> = new Set([
  'DATABASE_URL',
  'REDIS_URL',
  'KEY_PEPPER',
  'FIELDPASS_ADMIN_KEY',
  'WEBHOOK_SECRET',
  'METRICS_TOKEN',
  // No secret, but long: its file may be given.
  'SECRET_SCANNING_PUBLIC_KEYS',
]);

export const settingNames: readonly string[] = Object.values(sections).flatMap((section) => Object.keys(section));
