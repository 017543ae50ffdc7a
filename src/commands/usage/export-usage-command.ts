import { stringify } from 'csv-stringify/sync';
import { managementClient } from '../management-client.ts';
import { type ExportOptions, exportUsageHelp, readExportOptions } from './export-options.ts';
import { readUsage, type UsageRow } from './read-usage.ts';

export interface ExportWorld {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  readonly fetch: typeof fetch;
  readonly readFile: (path: string) => string;
  /** Resolves when there is room for more. */
  readonly write: (text: string) => Promise<void>;
  /** One line for a person. */
  readonly complain: (line: string) => void;
}

const defaultKeyFile = '.fieldpass/admin.key';

/** Answers the exit code. An interval is written as a whole or not at all, so a part can be continued. */
export async function exportUsageCommand(world: ExportWorld): Promise<number> {
  const read = readExportOptions(world.arguments, world.now());
  if (read.kind === 'HELP') {
    await world.write(exportUsageHelp);
    return 0;
  }
  if (read.kind === 'WRONG') {
    world.complain(read.message);
    return 2;
  }
  const { options } = read;
  const key = keyOf(world, options);
  if (key === undefined) {
    const file = options.keyFile ?? defaultKeyFile;
    world.complain(`There is no key in ${file}: name another file with --key-file, or set FIELDPASS_ADMIN_KEY.`);
    return 2;
  }
  const send = managementClient({ url: options.url, key, fetch: world.fetch });
  let goOnFrom = new Date(options.range.since).toISOString();
  let rows = 0;
  try {
    for await (const interval of readUsage(send, options.range)) {
      await world.write(textOf(interval.rows, options, rows === 0 && options.header));
      rows += interval.rows.length;
      goOnFrom = interval.until;
      world.complain(`${interval.at}  ${rows} rows`);
    }
    return 0;
  } catch (error) {
    world.complain(error instanceof Error ? error.message : String(error));
    const more = rows > 0 && options.format === 'csv' ? ' --no-header' : '';
    world.complain(`It stopped after ${rows} rows, all of them whole. Go on with --since ${goOnFrom}${more}`);
    return 1;
  }
}

/** Names of operations and clients come from clients: what a spreadsheet would take for a formula is escaped. */
function textOf(rows: readonly UsageRow[], { format }: ExportOptions, header: boolean): string {
  if (format === 'jsonl') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  return stringify([...rows], { header, escape_formulas: true });
}

function keyOf({ environment, readFile }: ExportWorld, { keyFile }: ExportOptions): string | undefined {
  const given = environment['FIELDPASS_ADMIN_KEY'];
  if (given) return given;
  try {
    return readFile(keyFile ?? defaultKeyFile).trim() || undefined;
  } catch {
    return undefined;
  }
}
