import { codedError } from '../kernel/errors.ts';
import type { ApiKeyType } from '../keys/api-key.ts';
import { passed, refused, type Verdict } from './verdict.ts';

const homes: Readonly<Record<ApiKeyType, string>> = { API: '/graphql', MANAGEMENT: '/admin/graphql' };

/** Step 4, last part: one type of key for each surface. */
export function judgeSurface(keyType: ApiKeyType, surface: ApiKeyType): Verdict {
  if (keyType === surface) return passed;
  const message = `A key of type ${keyType} works on ${homes[keyType]} only. This is ${homes[surface]}.`;
  return refused('BLOCKED', [codedError('API_KEY_SERVICE_BLOCKED', message)]);
}
