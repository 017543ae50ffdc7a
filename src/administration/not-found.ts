import { codedError } from '../kernel/errors.ts';

/** Also for what the caller may not see: both must look alike. */
export function notFound(what: 'API key' | 'secret of the API key' | 'application' | 'role') {
  return codedError('NOT_FOUND', `There is no such ${what}, or the calling key may not see it.`);
}
