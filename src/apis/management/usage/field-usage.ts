import { notFound } from '../../../administration/not-found.ts';
import { effectiveRules } from '../../../keys/effective-rules.ts';
import { findApiKeys } from '../../../keys/store/find-api-keys.ts';
import { visibilityOf } from '../../../keys/store/visibility.ts';
import { createPrivilegeCache } from '../../../privileges/privilege-cache.ts';
import { heldPrivileges } from '../../../privileges/usable-privileges.ts';
import {
  type FieldSelection,
  type FieldUsageOfKey,
  fieldUsage,
  usedPrivileges,
} from '../../../usage/report/field-usage.ts';
import type { ApiKeyRef } from '../api-key/api-key.ts';
import type { ApiKeyEnums } from '../api-key/api-key-enums.ts';
import type { ManagementBuilder } from '../context.ts';
import { objectId } from '../object-id.ts';
import { firstOf, listOf } from './plain-list.ts';

/** Rules of one answer: more than any schema but the largest has. */
const mostUnused = 10_000;

/** Which keys use a field, and which privileges a key does not use. */
export function addFieldUsage(builder: ManagementBuilder, ApiKey: ApiKeyRef, { ApiKeyType }: ApiKeyEnums): void {
  const FieldUsageByKey = builder.objectRef<FieldUsageOfKey & { readonly coordinate: string }>('FieldUsageByKey');
  FieldUsageByKey.implement({
    fields: (t) => ({
      apiKey: t.field({ type: ApiKey, resolve: ({ apiKeyId }) => apiKeyId }),
      rule: t.string({
        nullable: false,
        description: 'The privilege that was used or denied, as a rule: `read:City.population`.',
        resolve: ({ verb, coordinate }) => `${verb}:${coordinate}`,
      }),
      uses: t.float({
        nullable: false,
        description: 'Operations that were admitted with it.',
        resolve: ({ uses }) => uses,
      }),
      denials: t.float({ nullable: false, resolve: ({ denials }) => denials }),
      lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', description: 'Null when it was only ever denied.' }),
    }),
  });
  const FieldUsage = builder.objectRef<FieldSelection>('FieldUsage').implement({
    fields: (t) => ({
      coordinate: t.exposeString('coordinate', { nullable: false }),
      keys: t.field({
        type: [FieldUsageByKey],
        nullable: false,
        description: 'Those that used it last first, one entry for each verb.',
        cost: { weight: 10, ...listOf(20, 100) },
        args: { first: t.arg.int({ defaultValue: 20 }) },
        resolve: async (selection, { first }, { administration }) => {
          const found = await fieldUsage(administration.database, selection, firstOf(first, 20, 100));
          return found.map((one) => ({ ...one, coordinate: selection.coordinate }));
        },
      }),
    }),
  });

  builder.queryField('fieldUsage', (t) =>
    t.field({
      type: FieldUsage,
      nullable: false,
      description: 'Who used a field, in whole days (UTC) from the one of `since` on.',
      args: {
        coordinate: t.arg.string({ required: true, looksAt: ['FieldUsage.coordinate'], description: '`Type.field`.' }),
        since: t.arg({ type: 'DateTime', required: true, looksAt: [] }),
        surface: t.arg({ type: ApiKeyType, required: true, defaultValue: 'API', looksAt: [] }),
      },
      resolve: async (_root, { coordinate, since, surface }, { usage, apiKey }) => {
        await usage.flush();
        return { coordinate, since, surface, visibility: visibilityOf(apiKey) };
      },
    }),
  );
  builder.queryField('unusedPrivileges', (t) =>
    t.stringList({
      nullable: false,
      description:
        'What a key may do but did not, as rules of single fields, in whole days (UTC) from the one of `since` on.',
      // It looks at every field of the schema, and at all days of the key.
      cost: { weight: 10, listSize: { assumedSize: mostUnused } },
      args: {
        apiKeyId: t.arg.globalID({ required: true, looksAt: ['ApiKey.effectivePrivileges'] }),
        since: t.arg({ type: 'DateTime', required: true, looksAt: [] }),
      },
      resolve: async (_root, { apiKeyId, since }, { administration, usage, apiKey }) => {
        const { database, schemas } = administration;
        const [key] = await findApiKeys(database.queries, [objectId('ApiKey', apiKeyId)], visibilityOf(apiKey));
        if (key === undefined) throw notFound('API key');
        await usage.flush();
        const schema = schemas[key.type];
        const held = createPrivilegeCache(schema).get(effectiveRules(key), {
          loneStarMatchesExplicit: key.type === 'MANAGEMENT',
        });
        const used = await usedPrivileges(database, key.id, key.type, since);
        return heldPrivileges(schema, held)
          .filter((rule) => !used.has(rule))
          .slice(0, mostUnused);
      },
    }),
  );
}
