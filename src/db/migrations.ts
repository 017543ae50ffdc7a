import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Migration {
  readonly name: string;
  /** Milliseconds since the epoch, from the journal: the identity of the migration in the database. */
  readonly when: number;
  readonly statements: readonly string[];
  /** SHA-256 of the file, as drizzle-kit records it. */
  readonly hash: string;
}

interface Journal {
  readonly entries: readonly { readonly tag: string; readonly when: number }[];
}

/** The migrations of this build, in the order of the journal. The folder stands beside `src` and `dist` alike. */
export function readMigrations(folder: URL = new URL('../../drizzle/', import.meta.url)): Migration[] {
  const journal = JSON.parse(readFileSync(new URL('meta/_journal.json', folder), 'utf8')) as Journal;
  return journal.entries.map(({ tag, when }) => {
    const text = readFileSync(fileURLToPath(new URL(`${tag}.sql`, folder)), 'utf8');
    return {
      name: tag,
      when,
      statements: text.split('--> statement-breakpoint'),
      hash: createHash('sha256').update(text).digest('hex'),
    };
  });
}
