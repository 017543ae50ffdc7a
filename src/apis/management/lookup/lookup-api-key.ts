import { type ApiKeyLookup as By, lookupApiKey } from '../../../administration/api-keys/lookup-api-key.ts';
import type { ApiKeyRef } from '../api-key/api-key.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { requireVariable } from './secret-argument.ts';

export function addLookupApiKey(builder: ManagementBuilder, ApiKey: ApiKeyRef): void {
  const ApiKeyLookup = builder.inputType('ApiKeyLookup', {
    isOneOf: true,
    use: 'FILTER',
    fields: (t) => ({
      key: t.string({ looksAt: [], description: 'Its whole text; in a variable, over POST.' }),
      publicId: t.string({ looksAt: ['ApiKey.publicId'] }),
      sha256: t.string({ looksAt: [], description: 'SHA-256 of its whole text, in hex.' }),
    }),
  });
  builder.queryField('lookupApiKey', (t) =>
    t.field({
      type: ApiKey,
      description: 'A key by what somebody has of it, or null when there is none or the caller may not see it.',
      args: { by: t.arg({ type: ApiKeyLookup, required: true }) },
      resolve: async (_root, { by }, context, info) => {
        if (by.key != null) requireVariable(info, context.requestMethod, 'by', ['key']);
        return lookupApiKey(context.administration, callerOf(context), lookupOf(by));
      },
    }),
  );
}

interface Given {
  readonly key?: string | null | undefined;
  readonly publicId?: string | null | undefined;
  readonly sha256?: string | null | undefined;
}

/** Exactly one is given: `@oneOf` sees to it. */
function lookupOf({ key, publicId, sha256 }: Given): By {
  if (key != null) return { kind: 'KEY', key };
  return publicId != null ? { kind: 'PUBLIC_ID', publicId } : { kind: 'SHA256', sha256: sha256 ?? '' };
}
