import { join } from 'node:path';
import type { Config } from '../config/read-config.ts';
import { readConnectionUrl } from '../db/connection-target.ts';
import { packageVersion } from '../kernel/version.ts';

export interface Banner {
  readonly config: Config;
  readonly addresses: { readonly api: string; readonly management: string };
  readonly firstKeys: { readonly admin: string | undefined; readonly demo: string | undefined };
}

/** What a person sees when the server is up. Keys are shown by the start that made them, and by no other. */
export function banner({ config, addresses, firstKeys }: Banner): string {
  const { DATABASE_URL, DATA_DIR } = config.database;
  const where =
    DATABASE_URL === undefined ? `embedded PostgreSQL, data in ${DATA_DIR}` : `PostgreSQL at ${placesOf(DATABASE_URL)}`;
  const demoFile = join(DATA_DIR, 'demo.key');
  const lines = [
    `fieldpass ${packageVersion()} (${where})`,
    `  GraphQL    ${addresses.api}`,
    `  Management ${addresses.management}`,
  ];
  if (firstKeys.admin)
    lines.push(`  Admin key  ${firstKeys.admin}  shown once; also in ${join(DATA_DIR, 'admin.key')}`);
  if (firstKeys.demo) lines.push(`  Demo key   ${firstKeys.demo}  reads Country and City; also in ${demoFile}`);
  lines.push(
    `  Try        curl ${addresses.api} -H "Authorization: Bearer $(cat ${demoFile})" -H 'Content-Type: application/json' -d '{"query":"{ cities(first: 3) { nodes { name population } } }"}'`,
  );
  return lines.join('\n');
}

/** Host and port, or the path of a socket, of each server that is tried; of its user and password nothing. */
function placesOf(url: string): string {
  const answer = readConnectionUrl(url);
  if (answer.kind === 'INVALID') return 'DATABASE_URL';
  return answer.target.addresses
    .map(
      (address) => address.path ?? `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`,
    )
    .join(', ');
}
