import { parseArgs } from 'node:util';
import { parseDuration } from '../../kernel/duration.ts';
import { type Dimension, dimensions, type UsageRange } from './read-usage.ts';

export const exportUsageHelp = `npm run usage:export -- --since TIME [options]

Writes what keys did to the standard output, through the management API of a running server: one row for each interval
and group that has requests. Progress goes to the standard error.

  --since TIME      the first moment: 2026-11-01, 2026-11-01T08:00:00Z, or how long ago: 7d, PT36H
  --until TIME      before this moment; now, when it is left out
  --interval I      MINUTE, HOUR (when it is left out) or DAY, in UTC
  --by LIST         of APPLICATION, API_KEY, SURFACE, OPERATION, OUTCOME, CLIENT; API_KEY,OPERATION,OUTCOME when it is left out
  --format FORMAT   csv (when it is left out) or jsonl
  --no-header       no line with the names of the columns: to go on after a part
  --url URL         the management API (http://localhost:4000/admin/graphql)
  --key-file FILE   holds the key (.fieldpass/admin.key); the variable FIELDPASS_ADMIN_KEY goes before it

Exit code 0: all of it was written; 1: it stopped, and says from where to go on; 2: it could not begin.
`;

export interface ExportOptions {
  readonly range: UsageRange;
  readonly format: 'csv' | 'jsonl';
  readonly header: boolean;
  readonly url: string;
  readonly keyFile: string | undefined;
}

export type ReadExportOptions =
  | { readonly kind: 'OPTIONS'; readonly options: ExportOptions }
  | { readonly kind: 'HELP' }
  | { readonly kind: 'WRONG'; readonly message: string };

/** @param now milliseconds since the epoch */
export function readExportOptions(args: readonly string[], now: number): ReadExportOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        since: { type: 'string' },
        until: { type: 'string' },
        interval: { type: 'string', default: 'HOUR' },
        by: { type: 'string', default: 'API_KEY,OPERATION,OUTCOME' },
        format: { type: 'string', default: 'csv' },
        'no-header': { type: 'boolean', default: false },
        url: { type: 'string', default: 'http://localhost:4000/admin/graphql' },
        'key-file': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'HELP' };
    if (values.since === undefined) throw new Error('--since is missing: 2026-11-01, or how long ago: 7d.');
    const range = {
      since: momentOf('--since', values.since, now),
      until: values.until === undefined ? now + 1 : momentOf('--until', values.until, now),
      interval: oneOf('--interval', values.interval.toUpperCase(), ['MINUTE', 'HOUR', 'DAY'] as const),
      by: values.by.split(',').map((name): Dimension => oneOf('--by', name.trim().toUpperCase(), dimensions)),
    };
    const format = oneOf('--format', values.format, ['csv', 'jsonl'] as const);
    const { url, 'key-file': keyFile, 'no-header': noHeader } = values;
    return { kind: 'OPTIONS', options: { range, format, header: !noHeader, url, keyFile } };
  } catch (error) {
    return { kind: 'WRONG', message: error instanceof Error ? error.message : String(error) };
  }
}

function momentOf(name: string, text: string, now: number): number {
  const ago = parseDuration(text);
  const at = ago === undefined ? Date.parse(text) : now - ago;
  if (Number.isNaN(at)) throw new Error(`${name} ${text} is no time: 2026-11-01, 2026-11-01T08:00:00Z, or 7d.`);
  return at;
}

function oneOf<Value extends string>(name: string, text: string, values: readonly Value[]): Value {
  const found = values.find((value) => value === text);
  if (found === undefined) throw new Error(`${name} ${text} is none of ${values.join(', ')}.`);
  return found;
}
