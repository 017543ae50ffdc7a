import type { ApiKeyDetails } from '../../../keys/store/api-key-details.ts';
import type { ManagementBuilder } from '../context.ts';
import type { ApiKeyRef } from './api-key.ts';

/** The answer of a mutation that changes one key and has no more to say. */
export function addApiKeyPayload(builder: ManagementBuilder, name: string, ApiKey: ApiKeyRef) {
  return builder.objectRef<{ readonly apiKey: ApiKeyDetails }>(name).implement({
    fields: (t) => ({ apiKey: t.field({ type: ApiKey, nullable: false, resolve: ({ apiKey }) => apiKey }) }),
  });
}
