import {
  type ImportResult,
  type ImportApiKeyRow as ImportRow,
  importApiKeys,
  mostImported,
} from '../../../administration/import/import-api-keys.ts';
import type { ApiKeyRef } from '../api-key/api-key.ts';
import type { ApiKeyEnums } from '../api-key/api-key-enums.ts';
import { ownFields, type SettingTypes, treatmentFields, treatmentOf } from '../api-key/setting-inputs.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { objectId, objectIds } from '../object-id.ts';

export function addImportApiKeys(
  builder: ManagementBuilder,
  ApiKey: ApiKeyRef,
  { ApiKeyEnvironment }: ApiKeyEnums,
  settings: SettingTypes,
): void {
  const ApiKeyHashAlgorithm = builder.enumType('ApiKeyHashAlgorithm', {
    values: {
      SHA256: { description: 'Of the whole text of the key.' },
      FIELDPASS_HMAC: { description: "As another Fieldpass stores it, under this server's current pepper." },
    } as const,
  });
  const ImportApiKeyInput = builder.inputType('ImportApiKeyInput', {
    description: 'A key that was issued elsewhere. What it leaves out is that of the whole import.',
    entity: 'ApiKey',
    fields: (t) => ({
      hash: t.string({
        required: true,
        looksAt: [],
        description: '32 bytes in hex. The key itself stays where it is.',
        // Of every key once: each is judged, written and audited like one that is created.
        cost: { weight: 1 },
      }),
      algorithm: t.field({ type: ApiKeyHashAlgorithm, defaultValue: 'SHA256', looksAt: [] }),
      publicId: t.string({
        description: 'Of a key in the format of this server: the 12 characters in it. Left out: of another format.',
      }),
      prefix: t.string({
        looksAt: [],
        description: 'Of a key of another format: how it begins; one of `KEY_IMPORT_PREFIXES`.',
      }),
      name: t.string({ required: true }),
      privileges: t.stringList(),
      expiresAt: t.field({ type: 'DateTime' }),
      ...ownFields(t),
    }),
  });
  const ImportApiKeysInput = builder.inputType('ImportApiKeysInput', {
    description: 'API keys of one application. What is given here is that of all of them.',
    entity: 'ApiKey',
    fields: (t) => ({
      applicationId: t.globalID({ sets: 'ApiKey.application', required: true }),
      environment: t.field({ type: ApiKeyEnvironment, defaultValue: 'LIVE' }),
      privileges: t.stringList({ required: true }),
      roleIds: t.globalIDList({ sets: 'ApiKey.roles' }),
      ...treatmentFields(t, settings),
      expiresAt: t.field({
        type: 'DateTime',
        description: 'Left out: the default validity. Null: never, where allowed.',
      }),
      keys: t.field({ type: [ImportApiKeyInput], required: true, looksAt: [], description: `Up to ${mostImported}.` }),
    }),
  });
  const ImportOutcome = builder.enumType('ImportOutcome', {
    values: {
      IMPORTED: {},
      DUPLICATE: { description: 'A key with this hash is there already; nothing changed.' },
      INVALID: { description: 'Not imported: `code` and `reason` say why.' },
    } as const,
  });
  const ImportApiKeyResult = builder.objectRef<ImportResult>('ImportApiKeyResult').implement({
    description: 'What became of one key.',
    fields: (t) => ({
      index: t.int({ nullable: false, description: 'Its place in the input, from 0.', resolve: ({ index }) => index }),
      outcome: t.field({ type: ImportOutcome, nullable: false, resolve: ({ outcome }) => outcome }),
      apiKey: t.field({
        type: ApiKey,
        description: 'The key, when the caller may see it.',
        resolve: (result) => (result.outcome === 'INVALID' ? undefined : result.apiKeyId),
      }),
      code: t.string({ resolve: (result) => (result.outcome === 'INVALID' ? result.code : undefined) }),
      reason: t.string({ resolve: (result) => (result.outcome === 'INVALID' ? result.reason : undefined) }),
    }),
  });
  const ImportApiKeysPayload = builder
    .objectRef<{ readonly results: readonly ImportResult[] }>('ImportApiKeysPayload')
    .implement({
      fields: (t) => ({
        results: t.field({
          type: [ImportApiKeyResult],
          nullable: false,
          description: 'In the order of the input.',
          cost: { listSize: { assumedSize: mostImported } },
          resolve: ({ results }) => [...results],
        }),
      }),
    });
  builder.mutationField('importApiKeys', (t) =>
    t.field({
      privilege: { verbs: ['write'] },
      description:
        'Takes over keys that were issued elsewhere, by their hashes. The same call again imports nothing twice.',
      type: ImportApiKeysPayload,
      nullable: false,
      args: { input: t.arg({ type: ImportApiKeysInput, required: true }) },
      resolve: async (_root, { input }, context) => ({
        results: await importApiKeys(context.administration, callerOf(context), {
          ...input,
          applicationId: objectId('Application', input.applicationId),
          roleIds: objectIds('Role', input.roleIds),
          environment: input.environment ?? 'LIVE',
          ...treatmentOf(input),
          keys: input.keys.map(rowOf),
        }),
      }),
    }),
  );
}

type Nullable<Values> = { readonly [Name in keyof Values]?: Values[Name] | null | undefined };

function rowOf(given: Nullable<ImportRow> & Pick<ImportRow, 'hash' | 'name'>): ImportRow {
  return {
    ...given,
    algorithm: given.algorithm ?? 'SHA256',
    publicId: given.publicId ?? undefined,
    prefix: given.prefix ?? undefined,
    privileges: given.privileges ?? undefined,
  };
}
