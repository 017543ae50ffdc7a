import type { PGlite } from '@electric-sql/pglite';
import { DatabaseUnavailable, toDatabaseError } from './database-error.ts';
import { lackOfSpace } from './free-space.ts';
import type { Session } from './session.ts';

/**
 * The one session of the embedded engine. It runs inside this process, so a statement is never lost on the way and
 * cutting the session means nothing: it ends when the statement does.
 * With a folder, statements that write are refused while its disk is nearly full; the engine would not survive them.
 */
export function openPgliteSession(engine: PGlite, dataDir: string | undefined): Session {
  return {
    usable: true,
    cut: () => {},
    close: async () => {},
    send: async (text, parameters, shape) => {
      const lack = dataDir === undefined || readsOnly.test(text) ? undefined : lackOfSpace(dataDir);
      if (lack) throw new DatabaseUnavailable(`The disk of DATA_DIR is nearly full: ${lack}`);
      try {
        const answer = await engine.query<unknown>(text, [...parameters], {
          rowMode: shape === 'arrays' ? 'array' : 'object',
        });
        return answer.rows;
      } catch (error) {
        throw toDatabaseError(error);
      }
    },
  };
}

const readsOnly = /^\s*(SELECT|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|SHOW|LISTEN)\b/i;
