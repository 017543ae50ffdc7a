import { nearestName } from '../kernel/nearest-name.ts';
import { secretNames, settingNames } from './settings.ts';

const known: ReadonlySet<string> = new Set([...settingNames, ...[...secretNames].map((name) => `${name}_FILE`)]);
const longNames = [...known].filter((name) => name.length >= 8);

/** Names nearby that belong to others and must not stop a start. */
const foreign: ReadonlySet<string> = new Set(['DATABASE_URLS', 'HOSTNAME']);

/**
 * Problems with names that were surely meant for us: an unknown `FIELDPASS_*`, or one within two edits of a setting of
 * eight letters or more. A setting that is misspelt would otherwise leave its default in force without a word.
 */
export function misspeltNames(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    if (known.has(name) || foreign.has(name)) return [];
    const nearest = nearestName(name, longNames);
    if (nearest !== undefined) return [`${name}: unknown; did you mean ${nearest}?`];
    if (name.startsWith('FIELDPASS_'))
      return [
        `${name}: unknown; expected one of ${[...known].filter((one) => one.startsWith('FIELDPASS_')).join(', ')}`,
      ];
    return [];
  });
}
