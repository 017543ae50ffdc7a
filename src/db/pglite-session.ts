import type { PGlite } from '@electric-sql/pglite';
import { toDatabaseError } from './database-error.ts';
import type { Session } from './session.ts';

/**
 * The one session of the embedded engine. It runs inside this process, so a statement is never lost on the way and
 * cutting the session means nothing: it ends when the statement does.
 */
export function openPgliteSession(engine: PGlite): Session {
  return {
    usable: true,
    cut: () => {},
    close: async () => {},
    send: async (text, parameters, shape) => {
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
