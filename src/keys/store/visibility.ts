import type { ApiKeyRecord } from '../api-key.ts';

/** Whose objects a management key may see: those of all applications, or of its own. */
export type Visibility = 'ALL' | { readonly applicationId: string };

export function visibilityOf(caller: ApiKeyRecord): Visibility {
  return caller.applicationScope === 'ALL' ? 'ALL' : { applicationId: caller.application.id };
}
