import { DrizzleQueryError } from 'drizzle-orm/errors';
import { PgDialect, type PreparedQueryConfig } from 'drizzle-orm/pg-core';
import { PgRemoteDatabase, PgRemoteSession, type PreparedQuery, type RemoteCallback } from 'drizzle-orm/pg-proxy';
import type { Queries } from './database.ts';
import type { RowShape } from './session.ts';

/** Sends one statement and answers its rows. */
export type Send = (text: string, parameters: readonly unknown[], shape: RowShape) => Promise<unknown[]>;

type Prepare = typeof PgRemoteSession.prototype.prepareQuery;

/**
 * drizzle's query builder over any way to send a statement. Its own session for remote databases is all that is
 * needed: both engines look the same from here, and transactions are ours.
 */
export function queriesOver(send: Send): Queries {
  const remote: RemoteCallback = async (text, parameters, method) => ({
    rows: await send(text, parameters, method === 'execute' ? 'objects' : 'arrays'),
  });
  const dialect = new PgDialect();
  return new PgRemoteDatabase(dialect, new PlainErrorSession(remote, dialect, undefined), undefined);
}

/** drizzle wraps every error in one whose message holds all parameters, secrets too: the cause alone goes on. */
class PlainErrorSession extends PgRemoteSession<Record<string, never>, Record<string, never>> {
  override prepareQuery<Config extends PreparedQueryConfig>(...details: Parameters<Prepare>): PreparedQuery<Config> {
    const prepared = super.prepareQuery<Config>(...details);
    const execute = prepared.execute.bind(prepared);
    prepared.execute = async (values) => {
      try {
        return await execute(values);
      } catch (error) {
        throw error instanceof DrizzleQueryError ? error.cause : error;
      }
    };
    return prepared;
  }
}
